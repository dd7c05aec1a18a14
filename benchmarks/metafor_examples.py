"""Write docs/metafor/examples.csv: a call of metafor, the same here, and both answers.

python benchmarks/metafor_examples.py. The expressions run on what `SETUP` defines; metafor's
numbers are read from tests/reference.
"""

import csv
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SETUP = """
import json
from pathlib import Path

import numpy as np
import pandas as pd

import consilience as cs
from consilience.classical import counts, diagnostics, glmm, hypotheses, small_study


def data_of(file, model):
    kept = json.loads(Path("tests/reference", file).read_text(encoding="utf-8"))
    return kept["models"][model]


# 13 trials of BCG, with latitude and allocation
bcg = data_of("models_metareg.json", "bcg_alloc_ablat")["data"]
trials = pd.read_csv("benchmarks/bcg.csv").assign(ablat=bcg["ablat"], alloc=bcg["alloc"])
effects = cs.effect_sizes(trials, "RR")
pooled = cs.pool(effects, "REML")
common = cs.pool(effects, "CE")
regression = cs.pool(effects, "DL", moderators="alloc + ablat")
later = cs.pool(effects.without(*trials["study"][:2]), moderators="ablat + alloc", inference="knha")
means = cs.marginal_means(later, "alloc")
overall = means.contrasts({"overall": dict.fromkeys(means.labels, 1 / 3)}, "none")

# 56 schools in 11 districts (dat.konstantopoulos2011)
schools = pd.DataFrame(data_of("models_rmamv.json", "konst_3level_REML")["data"])
nested = cs.pool_multilevel(cs.effect_sizes(schools, "GEN"), "district/school")

# 5 trials of 2 outcomes whose sampling errors correlate (dat.berkey1998)
berkey = data_of("models_rmamv.json", "berkey_UN_REML")
V = np.diag(berkey["data"]["vi"])
for i, j, covariance in berkey["V"]:
    V[i, j] = V[j, i] = covariance
table = pd.DataFrame(berkey["data"]).rename(columns={"trial": "study"})
table["estimate"] = table["study"].astype(str) + " " + table["outcome"]
two = cs.effect_sizes(table, "GEN", shared=cs.dependence.Given(V))
outcomes = cs.pool_multilevel(two, "UN(outcome | study)", moderators="0 + outcome")

# 46 studies of writing, with their size in hundreds (dat.bangertdrowns2004)
bangert = data_of("models_locscale.json", "bangert_ni_REML")
writing = pd.DataFrame({"study": range(46), "yi": bangert["yi"], "vi": bangert["vi"]})
writing["ni100"] = np.array(bangert["X"])[:, 1]
scale = cs.LocationScale(scale="ni100", location="ni100")
scaled = cs.pool_location_scale(cs.effect_sizes(writing, "GEN"), scale)

# 6 trials of lidocaine (dat.hine1989), with the made-up moderator of metafor's own test
hine = pd.DataFrame(data_of("models_rmaglmm.json", "OR_hine1989_UM.RS_ML")["input"])
lidocaine = cs.effect_sizes(hine.assign(study=range(6), mod=[3, 1, 2, 2, 4, 5]), "RD")
"""
HEAD = ("function", "metafor", "Consilience", "here", "metafor says")
_FITS, _EXTRAS, _COUNTS = "metafor_fits.json", "metafor_extras.json", "metafor_counts.json"
_MV, _ROBUST, _SCALE = "models_rmamv.json", "models_robust_uni.json", "models_locscale.json"
_REGRESSION, _GLMM, _TESTS = "models_metareg.json", "models_rmaglmm.json", "metafor_own_tests.json"
_R, _E = "bcg RR/fits/REML_z", "bcg RR/extras"
_K, _B, _L = "konst_3level_REML", "berkey_UN_REML", "bangert_ni_REML"
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
    ("selmodel",
     'selmodel(rma(yi, vi, method="EE"), type="stepfun", steps=0.025, alternative="less")$delta[2]',
     'small_study.selection_model(common, small_study.Steps((0.025,)), favoured="less")'
     '["estimate"].iloc[-1]', _EXTRAS, f"{_E}/selmodel/step_025_EE/delta/1"),
    ("selmodel", 'selmodel(res, type="stepfun", steps=, delta=, alternative="less")$beta',
     "small_study.selection_model(pooled, small_study.GivenSteps("
     "(0.005, 0.01, 0.05, 0.1, 0.25, 0.35, 0.5, 0.65, 0.75, 0.9, 0.95, 0.99), "
     "(1, 0.99, 0.95, 0.8, 0.75, 0.65, 0.6, 0.55, 0.5, 0.5, 0.5, 0.5, 0.5)), "
     'favoured="less").loc["mu", "estimate"]', _EXTRAS, f"{_E}/selmodel/vevea_woods/beta/0"),
    ("rma.glmm", 'rma.glmm(measure="OR", model="UM.FS", …)$beta',
     'cs.pool_counts(trials, "OR.UM.FS").summary().loc["mu", "estimate"]',
     _GLMM, "OR_bcg_UM.FS_ML/beta/0"),
    ("rma.glmm", 'rma.glmm(measure="OR", model="CM.AL", …)$beta',
     'cs.pool_counts(trials, "OR.CM.AL").summary().loc["mu", "estimate"]',
     _GLMM, "OR_bcg_CM.AL_ML/beta/0"),
    ("rma.glmm", 'rma.glmm(measure="OR", model="UM.RS", method="EE", …)$se',
     'cs.pool_counts(trials, glmm.get("OR.UM.RS", common=True)).summary().loc["mu", "se"]',
     _GLMM, "OR_bcg_UM.RS_EE/se/0"),
    ("rma, mods", 'rma(yi, vi, mods = ~ ablat, method="DL")$beta[2]',
     'cs.pool(effects, "DL", moderators="ablat").beta[1]', _REGRESSION,
     "bcg_ablat/fits/DL_z/beta/1"),
    ("rma, mods", 'rma(yi, vi, mods = ~ ablat, method="DL")$R2',
     'hypotheses.explained(cs.pool(effects, "DL", moderators="ablat"))', _REGRESSION,
     "bcg_ablat/fits/DL_z/R2"),
    ("rma, mods", 'rma(yi, vi, mods = ~ alloc + ablat, method="DL", test="knha")$se[2]',
     'cs.pool(effects, "DL", moderators="alloc + ablat", inference="knha")'
     '.summary().loc["alloc[random]", "se"]', _REGRESSION, "bcg_alloc_ablat/fits/DL_knha/se/1"),
    ("predict, newmods", "predict(rma(yi, vi, mods = ~ ablat), newmods=50)$pred",
     'cs.pool(effects, moderators="ablat").contrast(np.array([[1, 50]]), labels=["50°"])'
     '.loc["50°", "estimate"]', _REGRESSION, "bcg_ablat/predict/pred/4"),
    ("predict, newmods", "predict(rma(yi, vi, mods = ~ ablat), newmods=50)$ci.lb",
     'cs.pool(effects, moderators="ablat").contrast(np.array([[1, 50]]), labels=["50°"])'
     '.loc["50°", "lower"]', _REGRESSION, "bcg_ablat/predict/ci.lb/4"),
    ("anova", 'anova(rma(yi, vi, mods = ~ alloc + ablat, method="DL"), btt=2:3)$QM',
     'hypotheses.wald_test(regression, np.eye(4)[1:3])["statistic"]', _REGRESSION,
     "bcg_alloc_ablat/fits/DL_z/anova_btt/QM"),
    ("anova", "anova(…, btt=2:3)$QMp",
     'hypotheses.wald_test(regression, np.eye(4)[1:3])["p_value"]', _REGRESSION,
     "bcg_alloc_ablat/fits/DL_z/anova_btt/QMp"),
    ("anova", "anova(…, X=rbind(c(0, 1, 0, 0), c(0, 0, 1, 0)))$QM",
     'cs.hypothesis(regression, [{"alloc[random]": 1}, {"alloc[systematic]": 1}])'
     '.attrs["joint"]["statistic"]', _REGRESSION, "bcg_alloc_ablat/fits/DL_z/anova_btt/QM"),
    ("anova, REML", "anova(rma(yi, vi, mods = ~ ablat), X=c(1, 50))$se",
     'cs.hypothesis(cs.pool(effects, moderators="ablat"), {"mu": 1, "ablat": 50})["se"].iloc[0]',
     _REGRESSION, "bcg_ablat/predict/se/4"),
    ("anova", 'anova(full, reduced)$LRT, both by method="ML"',
     'hypotheses.likelihood_ratio(cs.pool(effects, "ML", moderators="ablat"), '
     'cs.pool(effects, "ML"))["statistic"]', _REGRESSION, "bcg_ablat/lrt_ml/LRT"),
    ("anova", "anova(full, reduced)$pval",
     'hypotheses.likelihood_ratio(cs.pool(effects, "ML", moderators="ablat"), '
     'cs.pool(effects, "ML"))["p_value"]', _REGRESSION, "bcg_ablat/lrt_ml/pval"),
    ("permutest", "permutest(rma(yi, vi))$pval",
     'hypotheses.permutation_test(cs.pool(lidocaine)).loc["mu", "p_value"]', _TESTS,
     "permutest/hine1989 RD/pval"),
    ("permutest, mods", "permutest(rma(yi, vi, mods = ~ mod))$pval[2]",
     'hypotheses.permutation_test(cs.pool(lidocaine, moderators="mod")).loc["mod", "p_value"]',
     _TESTS, "permutest/hine1989 RD, mods = ~ mod/pval/1"),
    ("emmprep", 'emmeans(emmprep(rma(yi, vi, mods = ~ ablat + alloc, test="knha", subset=3:13)), '
     '"1", type="response")$response',
     'np.exp(overall.loc["overall", "estimate"])', _TESTS, "emmprep/bcg RR/response"),
    ("emmprep", 'emmeans(emmprep(…), "1", type="response")$lower.CL',
     'np.exp(overall.loc["overall", "lower"])', _TESTS, "emmprep/bcg RR/lower.CL"),
    ("rma, scale", "rma(yi, vi, mods = ~ ni100, scale = ~ ni100)$beta[2]", "scaled.beta[1]", _SCALE,
     f"{_L}/beta/1"),
    ("rma, scale", "rma(yi, vi, mods = ~ ni100, scale = ~ ni100)$alpha[2]",
     'scaled.scale.summary().loc["ni100", "estimate"]', _SCALE, f"{_L}/scale/alpha/1"),
    ("rma, scale", "rma(yi, vi, mods = ~ ni100, scale = ~ ni100)$se.alpha[2]",
     'scaled.scale.summary().loc["ni100", "se"]', _SCALE, f"{_L}/scale/se/1"),
    ("rma, scale", "rma(yi, vi, mods = ~ ni100, scale = ~ ni100)$QS",
     'hypotheses.wald_test(scaled.scale)["statistic"]', _SCALE, f"{_L}/scale/QS"),
    ("rma.mv", "rma.mv(yi, vi, random = ~ 1 | district/school)$beta", "nested.beta[0]", _MV,
     f"{_K}/beta/0"),
    ("rma.mv", "rma.mv(yi, vi, random = ~ 1 | district/school)$se",
     'nested.summary().loc["mu", "se"]', _MV, f"{_K}/se/0"),
    ("rma.mv", "rma.mv(yi, vi, random = ~ 1 | district/school)$sigma2[1]",
     'nested.variance_components().loc["district", "estimate"]', _MV, f"{_K}/sigma2/0"),
    ("rma.mv", "rma.mv(yi, vi, random = ~ 1 | district/school)$sigma2[2]",
     'nested.variance_components().loc["district/school", "estimate"]', _MV, f"{_K}/sigma2/1"),
    ("rma.mv", 'rma.mv(yi, vi, random = ~ 1 | district/school, method="ML")$sigma2[1]',
     'cs.pool_multilevel(nested.effects, "district/school", method="ML")'
     '.variance_components().loc["district", "estimate"]', _MV, "konst_3level_ML/sigma2/0"),
    ("rma.mv, UN",
     'rma.mv(yi, V, mods = ~ outcome - 1, random = ~ outcome | trial, struct="UN")$beta[1]',
     "outcomes.beta[0]", _MV, f"{_B}/beta/0"),
    ("rma.mv, UN", 'rma.mv(…, struct="UN")$tau2[1]',
     'outcomes.variance_components().loc["outcome | study: tau2[AL]", "estimate"]', _MV,
     f"{_B}/tau2/0"),
    ("rma.mv, UN", 'rma.mv(…, struct="UN")$rho',
     'outcomes.variance_components().loc["outcome | study: rho", "estimate"]', _MV, f"{_B}/rho/0"),
    ("rma.mv, UN", 'rma.mv(…, struct="UN")$QM', 'outcomes.test()["statistic"]', _MV, f"{_B}/QM"),
    ("rma.mv", "logLik(rma.mv(…, random = ~ 1 | district/school))",
     'nested.fit_statistics().loc["REML", "log_likelihood"]', _MV, f"{_K}/fit.stats/REML/ll"),
    ("rma.mv", "predict(rma.mv(…, random = ~ 1 | district/school))$pi.lb",
     'nested.prediction_interval()["lower"]', _MV, f"{_K}/predict1/pi.lb"),
    ("rma.mv", "ranef(rma.mv(…, random = ~ 1 | district/school))$district$intrcpt[1]",
     'nested.random_effects()["estimate"].iloc[0]', _MV,
     f"{_K}/ranef/district/intrcpt/0"),
    ("confint, rma.mv", "confint(res, sigma2=1)$random[1, 2]",
     'cs.profile_likelihood(nested, "district", points=3).attrs["lower"]', _MV,
     f"{_K}/confint/0/lb/0"),
    ("confint, rma.mv", "confint(res, sigma2=1)$random[1, 3]",
     'cs.profile_likelihood(nested, "district", points=3).attrs["upper"]', _MV,
     f"{_K}/confint/0/ub/0"),
    ("confint, rma.mv", "confint(res, rho=1)$random[1, 2]",
     'cs.profile_likelihood(outcomes, "outcome | study: rho", points=3).attrs["lower"]', _MV,
     f"{_B}/confint/2/lb/0"),
    ("robust", "robust(res, cluster=district)$se",
     'cs.robust(nested, "district", adjustment="CR1p").summary().loc["mu", "se"]', _MV,
     f"{_K}/robust_CR1/se/0"),
    ("robust", "robust(res, cluster=district)$pval",
     'cs.robust(nested, "district", adjustment="CR1p").summary().loc["mu", "p_value"]', _MV,
     f"{_K}/robust_CR1/pval/0"),
    ("robust", "robust(res, cluster=district, clubSandwich=TRUE)$se",
     'cs.robust(nested, "district").summary().loc["mu", "se"]', _MV, f"{_K}/robust_CR2/se/0"),
    ("robust", "robust(res, cluster=district, clubSandwich=TRUE)$dfs",
     'cs.robust(nested, "district").summary().loc["mu", "df"]', _MV, f"{_K}/robust_CR2/dfs/0"),
    ("robust, UN", 'robust(rma.mv(…, struct="UN"), cluster=trial, clubSandwich=TRUE)$QM',
     'cs.robust(outcomes, "study").test()["statistic"]', _MV, f"{_B}/robust_CR2/QM"),
    ("robust, rma.uni", "robust(rma(yi, vi, mods = ~ ablat), cluster=trial)$se[2]",
     'cs.robust(cs.pool(effects, moderators="ablat"), adjustment="CR1p")'
     '.summary().loc["ablat", "se"]', _ROBUST, "bcg_ablat_HC/CR1/se/1"),
    ("robust, rma.uni",
     "robust(rma(yi, vi, mods = ~ ablat), cluster=trial, clubSandwich=TRUE)$dfs[2]",
     'cs.robust(cs.pool(effects, moderators="ablat")).summary().loc["ablat", "df"]',
     _ROBUST, "bcg_ablat_HC/CR2/dfs/1"),
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
