"""A dial from "take them at their word" to "leave them out"."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import bias, heterogeneity, priors, terms
from consilience.bias import PowerWeight
from consilience.engines import Nuts
from consilience.errors import ModelError

HALF, MU = priors.HalfNormal(0.5), priors.Normal(0.0, 1.0)
Y = [0.1, 0.2, 0.15, 0.6, 0.9, 0.25]
V = [0.03, 0.02, 0.05, 0.03, 0.04, 0.06]
RISK = ["low", "low", "some concerns", "high", "High", "low"]
COLUMNS = ["mean", "sd", "median", "lower", "upper", "p_gt_0"]


@pytest.fixture(scope="module")
def trials():
    table = pd.DataFrame({"study": list("ABCDEF"), "yi": Y, "vi": V, "risk_of_bias": RISK})
    return cs.effect_sizes(table.assign(arm=list("ababab")), "GEN")


def model(distortion, **settings):
    return cs.Model(mu=MU, heterogeneity=heterogeneity.Normal(HALF), bias=distortion, **settings)


def weighted(weight, **settings):
    return PowerWeight("risk_of_bias", ("high",), weight, **settings)


def test_a_weight_of_one_takes_trials_at_their_word(trials):
    ours, theirs = (cs.fit(model(each), trials) for each in (weighted(1), bias.Nothing()))
    pd.testing.assert_frame_equal(ours.summary(), theirs.summary())
    assert ours.log_evidence == theirs.log_evidence


@pytest.mark.parametrize("mu", [MU, priors.Flat()], ids=["normal", "flat"])
def test_a_weight_of_zero_leaves_them_out(trials, mu):
    """The same posterior, true effects and evidence as without the trials."""
    scatter = heterogeneity.Normal(HALF)
    ours = cs.fit(cs.Model(mu=mu, heterogeneity=scatter, bias=weighted(0)), trials)
    theirs = cs.fit(cs.Model(mu=mu, heterogeneity=scatter), trials.without("D", "E"))
    rows = theirs.summary().index
    pd.testing.assert_frame_equal(
        ours.summary().loc[rows, COLUMNS], theirs.summary()[COLUMNS], rtol=1e-9
    )
    assert ours.log_evidence == (None if mu != MU else pytest.approx(theirs.log_evidence, abs=1e-9))


def test_what_is_left_out_is_still_foreseen(trials):
    """Its true effect is that of a new trial, and its estimate is judged by its own precision."""
    fit = cs.fit(model(weighted(0)), trials)
    other = cs.fit(model(bias.Nothing()), trials.without("D", "E"))
    new = other.combine((cs.rows.newcomer(other, "new"),)).loc["new", COLUMNS]
    left = fit.summary().loc["theta[E]", COLUMNS]
    np.testing.assert_allclose(left.to_numpy(float), new.to_numpy(float), rtol=1e-8)
    known = cs.engines.Combination(
        "gap", np.ones(1), scatter=other.posterior.scatter, error=0.04, known=-0.9
    )
    gap = other.combine((known,)).loc["gap"]
    assert fit.posterior.foresee()[4] == pytest.approx(1 - gap["p_gt_0"], abs=1e-8)
    assert cs.check(fit).trials.loc["E", "p_value_loo"] < 0.2


def test_the_dial_turns_continuously_and_one_way(trials):
    """From the answer without the trials to the answer with them."""
    dial = [cs.fit(model(weighted(w)), trials).summary().loc["mu"] for w in (0, 1e-6, 0.1, 0.5, 1)]
    means = [row["mean"] for row in dial]
    assert np.all(np.diff(means) > 0)
    assert means[1] == pytest.approx(means[0], abs=1e-5)


def test_half_the_weight_is_half_the_participants(trials):
    high = trials.table["risk_of_bias"].str.lower() == "high"
    halved = trials.table.assign(vi=np.where(high, trials.v * 2, trials.v))
    doubled = cs.effect_sizes(halved, "GEN")
    ours, theirs = cs.fit(model(weighted(0.5)), trials), cs.fit(model(bias.Nothing()), doubled)
    pd.testing.assert_frame_equal(ours.summary(), theirs.summary())


def test_draws_and_log_likelihood_know_the_weight(trials):
    fit = cs.fit(model(weighted(0)), trials)
    log_likelihood = fit.draws["log_likelihood"]["yi"]
    assert (log_likelihood.sel(estimate=["D", "E"]) == 0).all()
    assert (log_likelihood.sel(estimate=["A", "B", "C", "F"]) != 0).all()
    theta = fit.draws["posterior"]["theta"].sel(estimate="E").to_numpy().ravel()
    row = fit.summary().loc["theta[E]"]
    assert theta.mean() == pytest.approx(row["mean"], abs=4.5 * row["sd"] / np.sqrt(theta.size))
    assert theta.std() == pytest.approx(row["sd"], rel=0.08)


def test_it_stands_beside_other_components(trials):
    grouped = cs.Model(
        mu=MU,
        terms=terms.Exchangeable("arm", HALF),
        heterogeneity=heterogeneity.Normal(HALF),
        bias=weighted(0.3),
    )
    assert cs.fit(grouped, trials).diagnosis.passed


@pytest.mark.parametrize("weight", [-0.1, 1.1, np.nan, "half", None, True])
def test_the_weight_lies_between_zero_and_one(weight):
    with pytest.raises(ModelError, match=r"from 0 .left out. to 1"):
        PowerWeight("risk_of_bias", "high", weight)


def test_levels_must_be_there(trials):
    with pytest.raises(ModelError, match="nothing to weight"):
        cs.fit(model(PowerWeight("risk_of_bias", "grave", 0.5)), trials)
    with pytest.raises(ModelError, match="levels"):
        PowerWeight("risk_of_bias", ())
    every = PowerWeight("risk_of_bias", ("low", "high", "some concerns"), 0)
    with pytest.raises(ModelError, match="none is left"):
        cs.fit(model(every), trials)


@pytest.mark.slow  # in tests/contracts/test_product.py the two engines have one density at weight 0
@pytest.mark.nuts
def test_nuts_leaves_them_out_as_well(trials):
    ours = cs.fit(model(weighted(0)), trials, Nuts(seed=1))
    theirs = cs.fit(model(weighted(0)), trials, "exact").summary()
    assert ours.diagnosis.passed, ours.diagnosis
    summary = ours.summary()
    gap = np.abs(summary["mean"] - theirs["mean"]) / summary["mcse"]
    assert gap.max() < 4, gap
