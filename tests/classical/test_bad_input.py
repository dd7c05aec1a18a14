"""Input that no analysis can use: an error in words for every verb, never one of numpy's."""

import contextlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.across import across

import consilience as cs
from consilience import classical, plots
from consilience.classical import counts, hypotheses, small_study
from consilience.classical import diagnostics as seen
from consilience.classical.location_scale import scale_ratio
from consilience.classical.multilevel import levels_ratio
from consilience.errors import ConsilienceError, DataError, ModelError

OF_EFFECTS = {
    "pool": cs.pool, "pool_multilevel": cs.pool_multilevel,
    "pool_location_scale": lambda e: cs.pool_location_scale(e, cs.LocationScale(scale="x")),
    "regression": small_study.regression_test, "rank": small_study.rank_test,
    "PET-PEESE": small_study.pet_peese, "Henmi and Copas": small_study.henmi_copas,
    "fail-safe": small_study.fail_safe_n, "Peters": small_study.peters_test,
    "Harbord": small_study.harbord_test, "funnel": plots.funnel,
}  # fmt: skip
OF_RESULTS = {
    "robust": lambda p: cs.robust(p, "g"), "trim and fill": small_study.trim_fill,
    "limit": small_study.limit_meta_analysis, "excess": small_study.excess_significance,
    "selection": lambda p: small_study.selection_model(p, "steps", favoured="less"),
    "Copas": small_study.copas_model, "inflation": seen.variance_inflation,
    "simulate": classical.simulate, "bootstrap": classical.parametric_bootstrap,
    "reweighted": lambda p: classical.reweighted(p, classical.PowerOfVariance(1)),
    "permutation": hypotheses.permutation_test, "Wald": hypotheses.wald_test,
    "permutation interval": hypotheses.permutation_interval,
    "ratio": lambda p: hypotheses.likelihood_ratio(p, p), "left out": seen.leave_one_out,
    "explained": hypotheses.explained, "profile interval": hypotheses.profile_interval,
    "scale ratio": lambda p: scale_ratio(p, p), "shrunken": seen.shrunken,
    "quantiles": seen.residual_quantiles, "cumulative": seen.cumulative, "Baujat": seen.baujat,
    "levels ratio": lambda p: levels_ratio(p, p), "influence": seen.influence, "GOSH": seen.gosh,
    "fit": seen.fit_statistics, "profile": seen.profile_likelihood, "residuals": seen.residuals,
    "profile of levels": lambda p: cs.profile_likelihood(p, "study"),
    "means": lambda p: cs.marginal_means(p, "g"),
    "hypothesis": lambda p: cs.hypothesis(p, {"x": 1}),
    "forest": plots.forest, "radial": plots.radial, "drapery": plots.drapery, "labbe": plots.labbe,
    "bubble": lambda p: plots.bubble(p, "x"), "profile figure": plots.profile,
}  # fmt: skip
OF_TABLES = {
    "Mantel and Haenszel": counts.mantel_haenszel, "Peto": counts.peto,
    "pool_counts": lambda t: cs.pool_counts(t, "OR.UM.FS"),
    "pool_many": lambda t: cs.pool_many(t, by="review"),
}  # fmt: skip
VERBS = OF_EFFECTS | OF_RESULTS | OF_TABLES


@across("name", VERBS)
def test_what_is_no_input_at_all_is_refused_in_words(name):
    for wrong in (None, 3, "data.csv", [0.1, 0.2], pd.DataFrame({"yi": [0.1], "vi": [0.1]})):
        with pytest.raises((ModelError, DataError)) as caught:
            VERBS[name](wrong)
        assert len(str(caught.value)) > 30


FEW = {
    "one": ([0.3], [0.1]), "two": ([0.1, 0.6], [0.02, 0.05]), "alike": ([0.2, 0.2], [0.1, 0.1]),
    "apart": ([-3.0, 4.0], [0.01, 0.02]), "far": ([1e6, 1e6 + 1], [0.01, 0.02]),
    "unlike": ([0.1, 0.5], [1e-8, 1e3]),
}  # fmt: skip


@across("code", classical.REGISTRY)
@across("few", FEW)
def test_one_and_two_estimates_give_numbers_or_words(effects_of, code, few):
    """Every estimator with every interval: no error of numpy's or Python's, no warning."""
    pooled = cs.pool(effects_of(*FEW[few]), code)
    row = pooled.summary().loc["mu"]
    assert np.isfinite(row[["estimate", "se", "lower", "upper"]].astype(float)).all()
    found = pooled.heterogeneity()
    assert found["tau2"] >= 0
    assert not found["tau2_se"] < 0
    asked = [(pooled.confint, kind) for kind in classical.intervals.REGISTRY]
    asked += [
        (pooled.prediction_interval, kind)
        for kind in classical.prediction.REGISTRY
        if kind != "nagashima" or code == "REML"  # it is slow, and tau² is all that differs
    ]
    for ask, kind in asked:
        with contextlib.suppress(ConsilienceError):
            ask(kind)


@pytest.mark.parametrize(
    ("y", "v", "what"),
    [(1.0, 1e-300, "'vi', value '1e-300'"), (1.0, 1e280, "'vi', value '1e\\+280'"),
     (1e200, 1.0, "'yi', value '1e\\+200'")],
)  # fmt: skip
def test_numbers_whose_squares_are_out_of_range_are_named(effects_of, y, v, what):
    effects = effects_of([0.1, y, 0.3, 0.2], [0.1, v, 0.1, 0.2], x=[1.0, 2.0, 4.0, 3.0])
    for name in ("pool", "pool_multilevel", "regression", "fail-safe", "Henmi and Copas"):
        with pytest.raises(DataError, match=f"study 'trial 1', column {what}"):
            OF_EFFECTS[name](effects)
    table = effects.frame[["yi", "vi"]].assign(review="a")
    with pytest.raises(DataError, match="row 2"):
        cs.pool_many(table, by="review")


def test_estimates_that_cannot_be_seen_beside_others_are_named(effects_of):
    """A level that rests on variances 1e20 times those of the others has lost its weight."""
    v = 10.0 ** np.array([-12, -6, -3, -1, 0, 2, 5, 8])
    effects = effects_of(np.linspace(-1, 1, 8), v, g=list("aabbccdd"))
    with pytest.raises(DataError, match=r"Beside the variance 1e-12 of trial 0.*cannot be seen"):
        cs.pool(effects, "CE", moderators="g")
    assert cs.pool(effects).summary().attrs["notes"][0].startswith("Sampling variances differ")
    assert np.isfinite(seen.gosh(cs.pool(effects))["I2"]).all()


def test_no_residual_is_a_note_and_not_a_silent_nan(effects_of):
    effects = effects_of([0.0] * 6, [0.1] * 6, g=list("aabbcc"))
    for adjustment in ("CR0", "CR1", "CR2"):
        table = cs.robust(cs.pool(effects), "g", adjustment=adjustment).summary()
        assert np.isnan(table.loc["mu", "statistic"])
        assert "no residual is left" in table.attrs["notes"][0]


def test_a_given_tau2_serves_single_estimates_of_many_data_sets(effects_of):
    frame = pd.DataFrame({"yi": [0.3, 0.1, 0.4], "vi": [0.04, 0.1, 0.2], "r": ["a", "b", "b"]})
    table = cs.pool_many(frame, by="r", estimator=classical.GivenTau2(0.05))
    assert table.loc["a", "se"] == pytest.approx(0.3)
    alone = cs.pool(effects_of([0.1, 0.4], [0.1, 0.2]), classical.GivenTau2(0.05))
    assert table.loc["b", "estimate"] == pytest.approx(alone.beta[0], rel=1e-12)
    changed = replace(alone, tau2=0.05).summary()
    assert table.loc["b", "se"] == pytest.approx(changed.loc["mu", "se"], rel=1e-12)
