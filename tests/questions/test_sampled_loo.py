"""Leave-one-out of sampled fits: reweighted where draws serve, refitted where they do not."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats
from scipy.special import logsumexp

import consilience as cs
from consilience import heterogeneity, likelihoods, priors
from consilience.engines import Nuts
from consilience.engines.nuts.posterior import SampledPosterior
from consilience.engines.tree import Draws

HALF = priors.HalfNormal(0.5)
MODEL = cs.Model(mu=priors.Normal(0.0, 1.0), heterogeneity=heterogeneity.Normal(HALF))


def made(yi, vi):
    names = [f"t{n}" for n in range(len(yi))]
    return cs.effect_sizes(pd.DataFrame({"study": names, "yi": yi, "vi": vi}), "GEN")


def sampled(exact):
    """Give the exact engine's draws to the sampler's posterior: independent, and no sampling."""
    own = replace(exact.posterior, seed=1)
    quality = xr.Dataset(attrs={"faults": ""})
    parts = own.layout, own.scatter, own.sample(), exact.effects, 1, quality, own.bonds
    return cs.Fit(MODEL, exact.effects, Nuts(seed=1), SampledPosterior(*parts))


def test_draws_that_serve_foresee_as_refits_do():
    """To the error of some thousand effective draws, the log density of the outermost included."""
    rng = np.random.default_rng(4)
    exact = cs.fit(MODEL, made(rng.normal(0.3, 0.4, 14), rng.uniform(0.05, 0.3, 14)))
    truth, found = cs.exact_loo(exact), cs.exact_loo(sampled(exact))
    assert (found.table["pareto_k"] <= 0.7).all()
    assert (found.table["note"] == "").all()
    for name, error in (("lpd", 0.1), ("pit", 0.01), ("p_value", 0.02)):
        np.testing.assert_allclose(found.table[name], truth.table[name], atol=error)
    assert found.elpd == pytest.approx(truth.elpd, abs=0.1)
    assert found.se == pytest.approx(truth.se, abs=0.1)
    assert found.p == pytest.approx(truth.p, abs=0.1)


def test_where_draws_do_not_serve_the_estimate_is_left_out_in_earnest():
    """One precise outlier among three: by a refit as by the exact engine, within Monte Carlo."""
    exact = cs.fit(MODEL, made([0.0, 0.1, -0.1, 2.5], [0.05, 0.05, 0.05, 0.001]))
    truth, found = cs.exact_loo(exact).table, cs.exact_loo(sampled(exact)).table
    bad = found["pareto_k"] > 0.7
    assert bad.sum() == 1
    assert bad.iloc[3]
    assert "refit without it" in found["note"].iloc[3]
    assert found["lpd"].iloc[3] == pytest.approx(truth["lpd"].iloc[3], abs=0.15)
    assert found["pit"].iloc[3] == pytest.approx(truth["pit"].iloc[3], abs=0.02)


BASE = likelihoods.baselines.Fixed(priors.Normal(-1.0, 0.8))
COUNTED = replace(MODEL, likelihood=likelihoods.Binomial(baseline=BASE))
DRAWS, TINY = 10_000, 1e-300


def discordant():
    """One large trial far from three others."""
    table = pd.DataFrame({
        "study": list("abcd"), "events1": [10, 12, 9, 1500], "n1": [40, 50, 45, 2000],
        "events2": [11, 12, 10, 500], "n2": [41, 50, 44, 2000],
    })  # fmt: skip
    return cs.effect_sizes(table, "OR")


def by_grid(effects):
    """Log predictive density of the last trial given the others, and Var p / (E p)² over them."""
    theta, mu = np.linspace(-9.0, 9.0, 1201)[:, None], np.linspace(-4.0, 4.0, 81)
    curves = COUNTED.likelihood.curves(effects).plain.log(np.repeat(theta, 4, axis=1), {})
    top, step, tau = curves.max(axis=0), theta[1, 0] - theta[0, 0], np.geomspace(1e-3, 4.0, 160)
    told = np.empty((len(mu), len(tau), 4))
    for place, sd in enumerate(np.maximum(tau, 1.5 * step)):
        given = np.exp(-0.5 * ((theta - mu) / sd) ** 2) * step / (sd * np.sqrt(2.0 * np.pi))
        told[:, place] = np.log(given.T @ np.exp(curves - top) + TINY) + top
    prior = stats.norm.logpdf(mu)[:, None] + stats.halfnorm.logpdf(tau, scale=0.5)
    weights = told[..., :3].sum(axis=2) + prior + np.log(np.gradient(tau))
    mean = logsumexp(weights + told[..., 3]) - logsumexp(weights)
    square = logsumexp(weights + 2.0 * told[..., 3]) - logsumexp(weights)
    return mean, np.exp(square - 2.0 * mean) - 1.0


def test_an_extreme_outlier_of_counts_is_foreseen_by_the_exact_engine():
    """A trial at e⁻¹⁹ of what the others let expect, whose own curve is 500 deep at theirs."""
    effects = discordant()
    truth = cs.exact_loo(cs.fit(COUNTED, effects, "exact")).table
    assert truth["lpd"].iloc[3] == pytest.approx(by_grid(effects)[0], abs=0.005)
    assert 0.99 < truth["pit"].iloc[3] < 1.0


@pytest.mark.slow
@pytest.mark.nuts
def test_so_is_a_trial_of_counts():
    """By a refit without it, and by one definition.

    Four Monte Carlo errors of a mean whose terms vary by √41 times itself (what `by_grid` says), at
    half of its 40 000 draws: 0.18 of the logarithm.
    """
    exact = cs.fit(COUNTED, discordant(), "exact")
    posterior, tree = exact.posterior, exact.draws
    read = posterior.layout.read(tree["posterior"].to_dataset())
    theta, told = tree["posterior"]["theta"].to_numpy(), tree["log_likelihood"]["yi"].to_numpy()
    draws = Draws(read[1], read[0], theta, told)
    parts = posterior.layout, posterior.scatter, draws, exact.effects, 1
    quality = xr.Dataset(attrs={"faults": ""})
    twin = SampledPosterior(*parts, quality, posterior.bonds, COUNTED.likelihood)
    engine = Nuts(seed=1, draws=DRAWS)
    found = cs.exact_loo(cs.Fit(COUNTED, exact.effects, engine, twin)).table
    truth = cs.exact_loo(exact).table
    assert "refit without it" in found["note"].iloc[3]
    np.testing.assert_allclose(found["lpd"][:3], truth["lpd"][:3], atol=0.1)
    error = 4.0 * np.sqrt(by_grid(exact.effects)[1] / (2.0 * DRAWS))
    assert error < 0.2
    assert found["lpd"].iloc[3] == pytest.approx(truth["lpd"].iloc[3], abs=error)
    np.testing.assert_allclose(found["pit"], truth["pit"], atol=0.02)
