"""Threshold, Hinge and Emax: their settings, their curves, and what NUTS makes of uncertainty."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import engines, heterogeneity, priors, terms
from consilience.errors import DataError, ModelError
from consilience.exposure import curve_of

KINDS = (terms.Threshold, terms.Hinge, terms.Emax)
N, PLACE = priors.Normal(0.0, 1.0), priors.Uniform(0.0, 100.0)
X = np.array([10.0, 30.0, 45.0, 60.0, 75.0, 90.0])
each = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def trials(**columns):
    rng = np.random.default_rng(1)
    table = {"study": list("ABCDEF"), "yi": rng.normal(0.5 * (X > 50), 0.1), "vi": 0.03}
    return cs.effect_sizes(
        pd.DataFrame(table | {"went": X, "sd": 15.0, "se": 4.0} | columns), "GEN"
    )


@each
def test_settings_that_are_none_are_refused(kind):
    name = kind.__name__
    for wrong, word in (
        ({"column": ""}, "name of a column"), ({"location": priors.Flat()}, "proper prior"),
        ({"effect": priors.Flat()}, "improper"), ({"from_zero": 1}, "True or False"),
        ({"unknown": (N, N)}, "one proper prior"), ({"error": 3}, "name of a column"),
    ):  # fmt: skip
        with pytest.raises(ModelError, match=word):
            kind(**({"column": "went"} | wrong))
    assert name in repr(kind("went"))
    if kind is terms.Emax:
        with pytest.raises(ModelError, match="below 0"):
            kind("went", priors.Normal(50.0, 20.0))
        with pytest.raises(DataError, match="negative exposure"):
            kind("went").block(trials(went=X - 20.0))


def simulated(kind, spread):
    """Mean effect of participants who are drawn, each with an effect of their own exposure."""
    rng = np.random.default_rng(7)
    own = X[:, None] + (rng.standard_normal((6, 200_000)) * spread if spread else 0.0)
    if kind is terms.Threshold:
        return (own >= 50.0).mean(axis=1)
    if kind is terms.Emax:
        return (own / (own + 50.0)).mean(axis=1)
    rise = np.maximum(own - 50.0, 0.0).mean(axis=1)
    return rise / rise[-1]


@pytest.mark.parametrize("spread", ["", "sd"])
@each
def test_the_curve_is_the_mean_over_the_participants(kind, spread):
    if kind is terms.Emax and spread:
        pytest.skip("Emax has no spread")
    settings = {"spread": spread} if spread else {}
    block = kind("went", PLACE, N, **settings).block(trials())
    point = {"went_location": np.array([50.0])}
    column = block.curve.columns(block.matrix, point)[0, :, 0]
    np.testing.assert_allclose(column, simulated(kind, 15.0 * bool(spread)), atol=6e-3)
    centred = kind("went", PLACE, N, from_zero=False, **settings).block(trials()).curve
    np.testing.assert_allclose(
        centred.columns(block.matrix, point)[0, :, 0], column - column.mean(), atol=1e-14
    )


def test_a_threshold_moves_nothing_below_it():
    model = cs.Model(
        mu=N, terms=terms.Threshold("went", priors.Uniform(46.0, 59.0), N),
        heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.3)),
    )  # fmt: skip
    curve = curve_of(cs.fit(model, trials()), "went", np.array([10.0, 45.0, 46.0, 59.0, 90.0]))
    assert (curve[["mean", "sd", "lower", "upper"]].iloc[:3] == 0.0).all(axis=None)
    assert curve["mean"].iloc[3] == pytest.approx(curve["mean"].iloc[4])
    assert curve["mean"].iloc[4] > 0.2


def test_uncertain_and_unknown_exposures_ask_for_a_spread_or_another_curve():
    lost = X.copy()
    lost[2] = np.nan
    with pytest.raises(DataError, match=r"'C'.*went.*unknown=Uniform"):
        terms.Threshold("went").block(trials(went=lost))
    unknown = terms.Threshold("went", PLACE, N, unknown=PLACE)
    with pytest.raises(ModelError, match="spread="):
        unknown.over(trials(went=lost))
    with pytest.raises(ModelError, match="spread="):
        terms.Threshold("went", PLACE, N, error="se").over(trials())
    with pytest.raises(DataError, match=r"'A'.*'se'.*no standard error"):
        terms.Hinge("went", error="se").block(trials(se=[-1.0, 1, 1, 1, 1, 1]))


@pytest.mark.nuts
def test_exposures_known_with_an_error_or_by_a_prior_are_sampled():
    """A tiny error is none; a prior as narrow as an exposure is that exposure."""
    lost = X.copy()
    lost[2] = np.nan
    narrow = (priors.Normal(45.0, 0.01),)
    scatter = heterogeneity.Normal(priors.HalfNormal(0.3))
    settings = {"spread": "sd", "error": "se", "unknown": narrow}
    latent = cs.Model(
        mu=N, terms=terms.Threshold("went", PLACE, N, **settings), heterogeneity=scatter
    )
    known = cs.Model(
        mu=N, terms=terms.Threshold("went", PLACE, N, spread="sd"), heterogeneity=scatter
    )
    sampled = cs.fit(latent, trials(went=lost, se=0.01), engines.Nuts(seed=2))
    assert sampled.diagnosis.passed, sampled.diagnosis
    ours, theirs = cs.fit(known, trials()).summary(), sampled.summary()
    assert {f"went_true[{name}]" for name in "ABCDEF"} <= set(theirs.index)
    gap = np.abs(ours["mean"] - theirs["mean"].reindex(ours.index)) / theirs["mcse"].reindex(
        ours.index
    )
    assert gap.max() < 4.0, (gap.idxmax(), gap.max())
    assert "error and unknown" in str(cs.engines.auto(latent, trials(went=lost)).reason)
