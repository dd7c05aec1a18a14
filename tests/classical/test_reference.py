"""Every classical answer against metafor, to the accuracy that is owed (1e-6; tau² 1e-5)."""

import json
from pathlib import Path

import numpy as np
import pytest

from consilience.classical import REGISTRY
from consilience.classical.pool import pool

HERE = Path(__file__).resolve()
SHARED = HERE.parents[3] / "shared" / "reference" / "metafor"
CODES = {code: code for code in REGISTRY} | {"EE": "CE"}


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def floats(values):
    return np.array([np.nan if x in (None, "NaN") else float(x) for x in np.atleast_1d(values)])


KEPT = read(HERE.parents[1] / "reference" / "metafor_pooling.json")["datasets"]
REGRESSIONS = read(HERE.parents[1] / "reference" / "metafor_metareg.json")["models"]


def is_near(ours, theirs, *, scale=0.0, tolerance=1e-6):
    """Relative agreement; `scale` is the size below which a difference counts absolutely."""
    ours, theirs = floats(ours), floats(theirs)
    assert np.array_equal(np.isnan(ours), np.isnan(theirs))
    np.testing.assert_array_less(
        np.nan_to_num(np.abs(ours - theirs)),
        tolerance * np.maximum(np.nan_to_num(np.abs(theirs)), scale) + 1e-300,
    )


def check_coefficients(pooled, fit):
    table, se = pooled.summary(), floats(fit["se"])
    is_near(table["estimate"], fit["beta"], scale=se)
    is_near(table["se"], se)
    is_near(table["statistic"], fit["stat"], scale=1)
    is_near(table["p_value"], fit["pval"])
    is_near(table["lower"], fit["ci.lb"], scale=se)
    is_near(table["upper"], fit["ci.ub"], scale=se)


def check_heterogeneity(pooled, fit):
    found = pooled.heterogeneity()
    smallest = pooled.effects.v.min()
    is_near(found["tau2"], fit["tau2"], scale=1e-3 * smallest, tolerance=1e-5)
    is_near(found["tau2_se"], fit["se.tau2"])
    is_near([found["I2"], found["H2"]], [fit["I2"], fit["H2"]], scale=1)
    is_near([found["Q"], found["Q_p"]], [fit["QE"], fit["QEp"]])


def check_intervals(pooled, prediction, tau2):
    interval = pooled.prediction_interval()
    is_near(
        [interval["lower"], interval["upper"]], prediction, scale=pooled.summary()["se"].iloc[0]
    )
    if tau2 is not None:
        found = pooled.heterogeneity()
        scale = 1e-3 * pooled.effects.v.min()
        is_near([found["tau2_lower"], found["tau2_upper"]], tau2, scale=scale)


@pytest.mark.parametrize("name", KEPT)
def test_the_kept_data_sets(name, effects_of):
    effects = effects_of(KEPT[name]["yi"], KEPT[name]["vi"])
    for fit in KEPT[name]["fits"].values():
        pooled = pool(effects, CODES[fit["method"]], inference=fit["test"])
        check_coefficients(pooled, fit)
        check_heterogeneity(pooled, fit)
        check_intervals(pooled, fit["pi"], fit.get("tau2_ci"))


def everything():
    """Each fit of the shared reference, where that folder is at hand."""
    for path in sorted(SHARED.glob("*.json")):
        for measure, analysis in read(path).get("analyses", {}).items():
            if "fits" in analysis:
                yield pytest.param(analysis, id=f"{path.stem}-{measure}")


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="the full reference lies outside the repository")
@pytest.mark.parametrize("analysis", list(everything()))
def test_all_data_sets(analysis, effects_of):
    data = analysis.get("fitted_to", analysis)
    yi, vi = floats(data["yi"]), floats(data["vi"])
    known = np.isfinite(yi) & np.isfinite(vi)
    effects = effects_of(yi[known], vi[known])
    for fit in analysis["fits"].values():
        if fit["method"] not in CODES:
            continue
        pooled = pool(effects, CODES[fit["method"]], inference=fit["test"])
        check_coefficients(pooled, fit)
        check_heterogeneity(pooled, fit)
        predicted = [fit["predict"]["pi.lb"], fit["predict"]["pi.ub"]]
        tau2 = fit.get("confint")
        check_intervals(pooled, predicted, tau2 and [tau2["ci.lb"][0], tau2["ci.ub"][0]])


def regression(model, effects_of):
    columns = {f"x{j}": column for j, column in enumerate(np.transpose(model["X"]))}
    effects = effects_of(model["yi"], model["vi"], **columns)
    names = list(columns)
    if model["names"][0] == "intrcpt":
        return effects, " + ".join(names[1:])
    return effects, "0 + " + " + ".join(names)


@pytest.mark.parametrize("name", REGRESSIONS)
def test_regressions(name, effects_of):
    """CE and DL to 1e-6; REML to the absolute 1e-5 at which the reference stopped."""
    model = REGRESSIONS[name]
    effects, formula = regression(model, effects_of)
    for fit in model["fits"].values():
        code = CODES[fit["method"]]
        pooled = pool(effects, code, moderators=formula, inference=fit["test"])
        is_near(pooled.heterogeneity()["Q"], fit["QE"])
        if code == "REML":
            assert pooled.tau2 == pytest.approx(fit["tau2"], abs=1e-5)
        else:
            check_coefficients(pooled, fit)
            check_heterogeneity(pooled, fit)


@pytest.mark.parametrize("name", REGRESSIONS)
def test_q_profile_beside_moderators(name, effects_of):
    """Within 2e-4, the absolute tolerance of the reference's root finder."""
    model = REGRESSIONS[name]
    effects, formula = regression(model, effects_of)
    found = pool(effects, "DL", moderators=formula).heterogeneity()
    theirs = model["fits"]["DL_z"]["tau2_ci"]
    assert [found["tau2_lower"], found["tau2_upper"]] == pytest.approx(theirs, abs=2e-4)
