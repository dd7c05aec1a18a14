"""Write docs/metafor/examples.csv: a call of metafor, the same here, and both answers.

python benchmarks/metafor_examples.py. The expressions run on what `SETUP` defines; metafor's
numbers are read from tests/reference.
"""

import csv
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SETUP = """
import pandas as pd
import consilience as cs
from consilience.classical import counts, diagnostics, hypotheses, small_study

trials = pd.read_csv("benchmarks/bcg.csv")
effects = cs.effect_sizes(trials, "RR")
pooled = cs.pool(effects, "REML")
common = cs.pool(effects, "CE")
"""
HEAD = ("function", "metafor", "Consilience", "here", "metafor says")
_FITS, _EXTRAS, _COUNTS = "metafor_fits.json", "metafor_extras.json", "metafor_counts.json"
_R, _E = "bcg RR/fits/REML_z", "bcg RR/extras"
EXAMPLES = (
    ("escalc", 'escalc(measure="RR", ai, n1i, ci, n2i)$yi[1]', "effects.y[0]", _FITS,
     "bcg RR/yi/0"),
    ("escalc", "…$vi[1]", "effects.v[0]", _FITS, "bcg RR/vi/0"),
    ("rma", "rma(yi, vi)$beta", 'pooled.summary().loc["mu", "estimate"]', _FITS, f"{_R}/beta"),
    ("rma", "rma(yi, vi)$se", 'pooled.summary().loc["mu", "se"]', _FITS, f"{_R}/se"),
    ("rma", "rma(yi, vi)$ci.lb", 'pooled.summary().loc["mu", "lower"]', _FITS, f"{_R}/ci.lb"),
    ("rma", "rma(yi, vi)$tau2", "pooled.tau2", _FITS, f"{_R}/tau2"),
    ("rma", "rma(yi, vi)$se.tau2", 'pooled.heterogeneity()["tau2_se"]', _FITS, f"{_R}/se.tau2"),
    ("rma", "rma(yi, vi)$I2", 'pooled.heterogeneity()["I2"]', _FITS, f"{_R}/I2"),
    ("rma", "rma(yi, vi)$QE", 'pooled.heterogeneity()["Q"]', _FITS, f"{_R}/QE"),
    ("rma", 'rma(yi, vi, method="EE")$beta', 'common.beta[0]', _FITS, "bcg RR/fits/EE_z/beta"),
    ("rma", 'rma(yi, vi, method="DL", test="knha")$se',
     'cs.pool(effects, "DL", inference="knha").summary().loc["mu", "se"]', _FITS,
     "bcg RR/fits/DL_knha/se"),
    ("rma", 'rma(yi, vi, method="PM")$tau2', 'cs.pool(effects, "PM").tau2', _FITS,
     "bcg RR/fits/PM_z/tau2"),
    ("rma", 'rma(yi, vi, method="SJ")$tau2', 'cs.pool(effects, "SJ").tau2', _FITS,
     "bcg RR/fits/SJ_z/tau2"),
    ("confint", "confint(res)$random[1, 3]", 'pooled.confint().loc["tau2", "upper"]', _FITS,
     f"{_R}/confint/ci.ub/0"),
    ("predict", "predict(res)$pi.lb", 'pooled.prediction_interval()["lower"]', _FITS,
     f"{_R}/predict/pi.lb"),
    ("predict", 'predict(res, predtype="Riley")$pi.lb',
     'pooled.prediction_interval("k-2")["lower"]', _FITS, f"{_R}/predict_riley/pi.lb"),
    ("fitstats", "fitstats(res)[1]", 'diagnostics.fit_statistics(pooled).loc["REML", '
     '"log_likelihood"]', _FITS, f"{_R}/fit.stats/REML/ll"),
    ("rma.mh", 'rma.mh(measure="OR", …)$beta',
     'counts.mantel_haenszel(trials, "OR")["estimate"]', _COUNTS, "bcg/mh/OR/beta"),
    ("rma.mh", 'rma.mh(measure="RR", …)$beta',
     'counts.mantel_haenszel(trials, "RR")["estimate"]', _COUNTS, "bcg/mh/RR/beta"),
    ("rma.peto", "rma.peto(ai, n1i, ci, n2i)$beta", 'counts.peto(trials)["estimate"]', _COUNTS,
     "bcg/peto/beta"),
    ("leave1out", 'leave1out(rma(yi, vi, method="EE"))$estimate[1]',
     'diagnostics.leave_one_out(common)["estimate"].iloc[0]', _EXTRAS,
     f"{_E}/leave1out_EE/estimate/0"),
    ("cumul", 'cumul(rma(yi, vi, method="EE"))$estimate[5]',
     'diagnostics.cumulative(common)["estimate"].iloc[4]', _EXTRAS, f"{_E}/cumul_EE/estimate/4"),
    ("influence", "influence(res)$inf$cook.d[4]",
     'diagnostics.influence(pooled)["cooks_distance"].iloc[3]', _EXTRAS,
     f"{_E}/influence/cook.d/3"),
    ("hatvalues", "hatvalues(res)[1]", "diagnostics.hat_values(pooled)[0]", _EXTRAS,
     f"{_E}/hatvalues/0"),
    ("rstandard", "rstandard(res)$z[1]", 'diagnostics.residuals(pooled)["z"].iloc[0]', _EXTRAS,
     f"{_E}/rstandard/z/0"),
    ("rstudent", "rstudent(res)$z[1]", 'diagnostics.influence(pooled)["rstudent"].iloc[0]',
     _EXTRAS, f"{_E}/rstudent/z/0"),
    ("weights", "weights(res)[1]", "pooled.weights().iloc[0]", _EXTRAS, f"{_E}/weights_REML/0"),
    ("blup", "blup(res)$pred[1]", 'diagnostics.shrunken(pooled)["estimate"].iloc[0]', _EXTRAS,
     f"{_E}/blup/pred/0"),
    ("ranef", "ranef(res)$pred[1]",
     'diagnostics.shrunken(pooled)["estimate"].iloc[0] - pooled.fitted().iloc[0]', _EXTRAS,
     f"{_E}/ranef/pred/0"),
    ("baujat", 'baujat(rma(yi, vi, method="EE"))$x[1]',
     'diagnostics.baujat(common)["heterogeneity"].iloc[0]', _EXTRAS, f"{_E}/baujat_EE/x/0"),
    ("regtest", 'regtest(yi, vi, model="lm")$pval',
     'small_study.regression_test(effects).loc["slope", "p_value"]', _EXTRAS,
     f"{_E}/regtest/lm_sei/pval"),
    ("ranktest", "ranktest(res)$tau", 'small_study.rank_test(effects)["tau"]', _EXTRAS,
     f"{_E}/ranktest/tau"),
    ("trimfill", 'trimfill(rma(yi, vi, method="EE"))$beta',
     "small_study.trim_fill(common).pooled.beta[0]", _EXTRAS, f"{_E}/trimfill_L0_EE/beta"),
    ("fsn", "fsn(yi, vi)$fsnum", 'small_study.fail_safe_n(effects).loc["Rosenthal", "n"]', _EXTRAS,
     f"{_E}/fsn_Rosenthal/fsnum"),
    ("hc", "hc(res)$se", 'small_study.henmi_copas(effects)["se"]', _EXTRAS, f"{_E}/hc/se"),
    ("selmodel", 'selmodel(res, type="stepfun", steps=0.025, alternative="less")$delta[2]',
     'small_study.selection_model(pooled, "steps", favoured="less").iloc[-1]["estimate"]',
     _EXTRAS, f"{_E}/selmodel/step3PSM_025/delta/1"),
    ("rma.glmm", 'rma.glmm(measure="OR", model="UM.FS", …)$beta',
     'cs.pool_counts(trials, "OR.UM.FS").summary().loc["mu", "estimate"]',
     "models_rmaglmm.json", "OR_bcg_UM.FS_ML/beta/0"),
    ("rma, mods", 'rma(yi, vi, mods=~ablat, method="DL")$beta[2]',
     'cs.pool(cs.effect_sizes(trials.assign(ablat=[44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, '
     '33, 33]), "RR"), "DL", moderators="ablat").beta[1]', "models_metareg.json",
     "bcg_ablat/fits/DL_z/beta/1"),
)  # fmt: skip


def answers() -> list[list[str]]:
    """Run every example."""
    space: dict[str, object] = {}
    exec(compile(SETUP, "setup", "exec"), space)
    return [
        [function, theirs, ours, shown(eval(ours, space)), shown(told(file, path))]
        for function, theirs, ours, file, path in EXAMPLES
    ]


def told(file: str, path: str) -> float:
    """Read metafor's number."""
    kept = json.loads((ROOT / "tests" / "reference" / file).read_text(encoding="utf-8"))
    found = kept.get("datasets", kept.get("models", kept))
    for step in path.split("/"):
        found = found[int(step)] if isinstance(found, list) else found[step]
    return float(found[0] if isinstance(found, list) else found)


def shown(value: object) -> str:
    """Write six significant digits."""
    return f"{float(value):.6g}"


def main() -> None:
    """Write the table."""
    path = ROOT / "docs" / "metafor" / "examples.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([list(HEAD), *answers()])


if __name__ == "__main__":
    main()
