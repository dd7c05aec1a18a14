"""What stands between true effects and estimates: here, nothing."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import bias, heterogeneity, priors
from consilience.bias import Bias
from consilience.gaussian import Block


def test_nothing_shifts_nothing():
    assert bias.Nothing().shift(None) == ()
    assert bias.Nothing().pymc("location", None) == "location"


class SmallStudies(Bias):
    """A shift in proportion to the standard error, as a later bias model will have it."""

    def shift(self, effects):
        columns = np.sqrt(effects.v)[:, None]
        return (Block("small", ("small",), columns, priors.Normal(0.0, 1.0)),)

    def pymc(self, location, effects):
        raise NotImplementedError


@pytest.fixture
def effects():
    rng = np.random.default_rng(8)
    sei = np.exp(rng.normal(-1.5, 0.6, 40))
    y = 0.2 + 1.0 * sei + rng.normal(0, np.hypot(sei, 0.1))
    table = pd.DataFrame({"study": [f"t{i}" for i in range(40)], "yi": y, "sei": sei})
    return cs.effect_sizes(table, "GEN")


def test_a_bias_shifts_the_estimates_and_not_the_true_effects(effects):
    """mu is what is left when the bias is taken out; true effects do not carry it."""
    scatter = heterogeneity.Normal(priors.HalfNormal(0.5))
    biased = cs.Model(mu=priors.Normal(0, 1), heterogeneity=scatter, bias=SmallStudies())
    fit = cs.fit(biased, effects, "exact")
    plain = cs.fit(cs.Model(mu=priors.Normal(0, 1), heterogeneity=scatter), effects, "exact")
    summary = fit.summary()
    assert summary.loc["small", "lower"] < 1.0 < summary.loc["small", "upper"]
    assert summary.loc["mu", "mean"] < plain.summary().loc["mu", "mean"] - 0.05
    true = summary.filter(like="theta", axis=0)["mean"].mean()
    assert abs(true - summary.loc["mu", "mean"]) < 0.05


def test_draws_of_a_biased_model_agree_with_its_marginals(effects):
    scatter = heterogeneity.Normal(priors.HalfNormal(0.5))
    model = cs.Model(mu=priors.Normal(0, 1), heterogeneity=scatter, bias=SmallStudies())
    fit = cs.fit(model, effects, "exact")
    theta = fit.draws["posterior"]["theta"].mean(("chain", "draw")).to_numpy()
    rows = fit.summary().filter(like="theta", axis=0)
    np.testing.assert_array_less(np.abs(theta - rows["mean"]), 4.5 * rows["sd"] / np.sqrt(4000))
