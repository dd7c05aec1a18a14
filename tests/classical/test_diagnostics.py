"""Diagnostics against metafor, and against what they are by definition."""

import numpy as np
import pytest
from tests.classical.references import EXTRAS, FITS, floats, near

from consilience.classical.diagnostics import (
    baujat,
    cumulative,
    fit_statistics,
    gosh,
    influence,
    leave_one_out,
    residuals,
    shrunken,
)
from consilience.classical.inference import REGISTRY as INFERENCES
from consilience.classical.pool import pool
from consilience.errors import ModelError

COLUMNS = {
    "estimate": "estimate", "se": "se", "ci.lb": "lower", "ci.ub": "upper", "Q": "Q", "I2": "I2",
    "H2": "H2", "tau2": "tau2", "pval": "p_value", "pvals": "p_value",
}  # fmt: skip
INFLUENCE = {
    "rstudent": "rstudent", "dffits": "dffits", "cook.d": "cooks_distance", "cov.r": "cov_ratio",
    "tau2.del": "tau2_without", "QE.del": "Q_without", "hat": "hat", "weight": "weight",
    "dfbs": "dfbetas[mu]",
}  # fmt: skip


@pytest.fixture(params=EXTRAS)
def case(request, effects_of):
    kept = EXTRAS[request.param]
    places = np.argsort(kept["vi"], kind="stable")
    return effects_of(kept["yi"], kept["vi"], places=places), kept["extras"]


# The reference's REML stopped at an absolute 1e-5 of tau²; what needs no iteration binds tightly.
LOOSE, TIGHT = 5e-3, 1e-6


def check_table(table, reference, tolerance=LOOSE):
    for theirs, ours in COLUMNS.items():
        if theirs in reference:
            near(table[ours], reference[theirs], tolerance)


@pytest.mark.parametrize("code", ["REML", "EE", "DL"])
def test_leave_one_out(case, code):
    effects, extras = case
    if f"leave1out_{code}" in extras:
        pooled = pool(effects, "CE" if code == "EE" else code)
        tolerance = LOOSE if code == "REML" else TIGHT
        check_table(leave_one_out(pooled), extras[f"leave1out_{code}"], tolerance)


def test_leave_one_out_by_knapp_and_hartung(case):
    effects, extras = case
    if "leave1out_REML_knha" in extras:
        table = leave_one_out(pool(effects, inference="knha"))
        check_table(table, extras["leave1out_REML_knha"])


def test_cumulative(case):
    effects, extras = case
    for name, code, by in (
        ("cumul_REML", "REML", ""),
        ("cumul_EE", "CE", ""),
        # The reference was ordered by this column, which is not the precision itself.
        ("cumul_REML_by_precision", "REML", "places"),
    ):
        if name in extras:
            tolerance = 0.05 if code == "REML" else TIGHT
            table = cumulative(pool(effects, code), by)
            check_table(table.iloc[1:], rest(extras[name]), tolerance)


def rest(reference):
    """Skip the first row: of one estimate metafor says I² = 0 and Q p = 1, we say unknown."""
    return {key: values[1:] for key, values in reference.items() if key in COLUMNS}


def test_influence(case):
    effects, extras = case
    if "influence" in extras:
        table = influence(pool(effects))
        for theirs, ours in INFLUENCE.items():
            near(table[ours], extras["influence"][theirs], LOOSE)
        assert table["influential"].tolist() == extras["influence"]["is.infl"]


def test_baujat(case):
    effects, extras = case
    for name, code in (("baujat", "REML"), ("baujat_EE", "CE")):
        if name in extras:
            table = baujat(pool(effects, code))
            tolerance = LOOSE if code == "REML" else TIGHT
            near(table["heterogeneity"], extras[name]["x"], tolerance)
            near(table["influence"], extras[name]["y"], tolerance)


def test_residuals_and_shrunken_effects(case):
    effects, extras = case
    table = residuals(pool(effects))
    near(table["residual"], extras["rstandard"]["resid"], LOOSE)
    near(table["residual_se"], extras["rstandard"]["se"], LOOSE)
    near(table["z"], extras["rstandard"]["z"], LOOSE)
    near(table["hat"], extras["hatvalues"], LOOSE)
    near(table["weight"], extras["weights_REML"], LOOSE)
    own = shrunken(pool(effects))
    for theirs, ours in (("pred", "estimate"), ("se", "se"), ("pi.lb", "lower")):
        near(own[ours], extras["blup"][theirs], LOOSE)


@pytest.mark.parametrize("name", FITS)
def test_fit_statistics(name, effects_of):
    kept = FITS[name]
    effects = effects_of(kept["yi"], kept["vi"])
    for fit in kept["fits"].values():
        code = {"EE": "CE"}.get(fit["method"], fit["method"])
        ours = fit_statistics(pool(effects, code))
        for row in ("ML", "REML"):
            theirs = fit["fit.stats"][row]
            found = ours.loc[row, ["log_likelihood", "deviance", "AIC", "BIC", "AICc"]]
            near(found, [theirs[key] for key in ("ll", "dev", "AIC", "BIC", "AICc")], 1e-6)


def test_gosh_is_the_analysis_of_each_subset(scattered):
    few = scattered.keep(np.arange(12) < 6)
    for code in ("CE", "DL", "REML"):
        table = gosh(pool(few, code))
        assert table.attrs["complete"]
        assert len(table) == 2**6 - 6 - 1
        for _, row in table.sample(5, random_state=1).iterrows():
            inside = row.filter(like="in[").to_numpy(dtype=bool)
            alone = pool(few.keep(inside), code)
            assert row["estimate"] == pytest.approx(alone.beta[0], rel=1e-9)
            assert row["tau2"] == pytest.approx(alone.tau2, rel=1e-9, abs=1e-12)
            scatter = alone.heterogeneity()
            assert row[["I2", "H2", "Q"]].tolist() == pytest.approx(
                scatter[["I2", "H2", "Q"]].tolist(), rel=1e-9, abs=1e-9
            )


def test_gosh_draws_when_there_are_too_many(scattered):
    table = gosh(pool(scattered, "DL"), most=500, seed=3)
    assert not table.attrs["complete"]
    assert len(table) == 500
    assert (table["k"] >= 2).all()
    again = gosh(pool(scattered, "DL"), most=500, seed=3)
    assert (table["estimate"] == again["estimate"]).all()


@pytest.mark.parametrize("inference", INFERENCES)
def test_deletion_by_definition_with_moderators(scattered, inference):
    pooled = pool(scattered, moderators="year", inference=inference)
    table = influence(pooled)
    without = pool(scattered.without("trial 3"), moderators="year", inference=inference)
    change = pooled.beta - without.beta
    cook = change @ np.linalg.inv(pooled.cov) @ change
    assert table.loc["trial 3", "cooks_distance"] == pytest.approx(cook, rel=1e-6)
    assert table.loc["trial 3", "tau2_without"] == pytest.approx(without.tau2, rel=1e-8)
    assert table["hat"].sum() == pytest.approx(2)


def test_studies_are_left_out_whole(scattered):
    table = leave_one_out(pool(scattered, "DL"), by="kind")
    alone = pool(scattered.keep(scattered.table["kind"] != "b"), "DL")
    assert table.loc["b", "estimate"] == alone.beta[0]
    assert table["k"].tolist() == [10, 8, 8, 10]


def test_refusals(scattered, effects_of):
    regression = pool(scattered, moderators="year")
    for verb in (leave_one_out, cumulative, gosh):
        with pytest.raises(ModelError, match="moderators"):
            verb(regression)
    with pytest.raises(ModelError, match=r"no column"):
        cumulative(pool(scattered), "colour")
    with pytest.raises(ModelError, match="too few"):
        influence(pool(effects_of([0.1, 0.2], [0.1, 0.1])))
    with pytest.raises(ModelError, match="only one"):
        leave_one_out(pool(effects_of([0.1], [0.1])))
    lone = effects_of([0.1, 0.2, 0.3, 0.5], [0.1] * 4, kind=["a", "a", "a", "b"])
    with pytest.raises(ModelError, match="trial 3"):
        influence(pool(lone, moderators="kind"))
    assert floats([1]).shape == (1,)
