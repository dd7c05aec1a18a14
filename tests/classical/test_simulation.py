"""Data drawn from fitted models have the moments of the model; the bootstrap known laws."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import consilience as cs
from consilience.classical import GivenTau2, parametric_bootstrap, simulate
from consilience.covariance import Covariance
from consilience.errors import ModelError

COUNT = 40_000


def moments_agree(result, covariance):
    """Means within 5 and covariances within 6 standard errors of so many draws."""
    draws = simulate(result, COUNT, seed=3).to_numpy()
    mean, sd = result.design.full @ result.beta, np.sqrt(np.diag(covariance))
    assert np.abs((draws.mean(axis=1) - mean) / sd).max() < 5 / np.sqrt(COUNT)
    off = (np.cov(draws) - covariance) / np.outer(sd, sd)
    assert np.abs(off).max() < 6 * np.sqrt(2 / COUNT)


def test_moments_of_a_regression_with_shared_participants(scattered):
    block = np.sqrt(np.outer(scattered.v[:2], scattered.v[:2])) * [[1, 0.8], [0.8, 1]]
    tied = replace(scattered, shared=Covariance((np.arange(2),), (block,)))
    pooled = cs.pool(tied, moderators="year")
    moments_agree(pooled, tied.shared.dense(tied.v) + pooled.tau2 * np.eye(12))


def test_moments_of_levels_and_structures(effects_of):
    rng = np.random.default_rng(1)
    place = np.repeat(list("abcdefgh"), 2)
    y = rng.normal(0, 0.4, 8)[np.repeat(np.arange(8), 2)] + rng.normal(0, 0.3, 16)
    effects = effects_of(y, np.full(16, 0.02), place=place, out=["u", "w"] * 8,
                         lab=list("mmmmnnnnoooopppp"))  # fmt: skip
    fit = cs.pool_multilevel(effects, ("UN(out | place)", "lab"), moderators="0 + out")
    estimates = fit.variance_components()["estimate"].to_numpy()
    u, w, rho, lab = estimates
    inner = np.array([[u, rho * np.sqrt(u * w)], [rho * np.sqrt(u * w), w]])
    same = np.equal.outer(*[np.repeat(np.arange(4), 4)] * 2)
    moments_agree(fit, np.kron(np.eye(8), inner) + lab * same + 0.02 * np.eye(16))


def test_moments_of_a_scatter_with_moderators(effects_of):
    rng = np.random.default_rng(4)
    x = np.repeat([0.0, 1.0], 12)
    effects = effects_of(rng.normal(0.3, 0.3 + 0.5 * x), np.full(24, 0.02), x=x)
    fit = cs.pool_location_scale(effects, cs.LocationScale(scale="x", location="x"))
    assert fit.tau2.max() > 2 * fit.tau2.min()
    moments_agree(fit, np.diag(0.02 + fit.tau2))


def test_the_bootstrap_of_a_common_effect_is_normal(scattered):
    pooled = cs.pool(scattered, "CE")
    row = parametric_bootstrap(pooled, 4_000, level=0.9).loc["mu"]
    se = float(pooled.summary()["se"].iloc[0])
    assert row["se"] == pytest.approx(se, rel=5 / np.sqrt(8_000))
    assert abs(row["bias"]) < 5 * se / np.sqrt(4_000)
    half = stats.norm.ppf(0.95) * se
    assert row["upper"] - row["estimate"] == pytest.approx(half, abs=0.1 * se)
    assert row["lower"] - row["estimate"] == pytest.approx(-half, abs=0.1 * se)


def test_the_bootstrap_of_tau2_between_trials_of_one_size_is_chi_square(effects_of):
    """By DerSimonian and Laird: ``(v + tau²) chi²(k - 1) / (k - 1) - v``, cut off at zero."""
    k, v, tau2 = 9, 0.1, 0.15
    y = np.random.default_rng(2).normal(size=k)
    y = (y - y.mean()) / y.std(ddof=1) * np.sqrt(v + tau2)
    pooled = cs.pool(effects_of(y, np.full(k, v)), "DL", inference="knha")
    assert pooled.tau2 == pytest.approx(tau2)
    row = parametric_bootstrap(pooled, 4_000).loc["tau2"]
    law = np.maximum((v + tau2) * stats.chi2(k - 1).ppf([0.025, 0.975]) / (k - 1) - v, 0.0)
    assert row["lower"] == law[0] == 0.0
    assert row["upper"] == pytest.approx(law[1], abs=0.04)
    held = parametric_bootstrap(replace(pooled, estimator=GivenTau2(tau2)), 500).loc["tau2"]
    assert held["lower"] == held["upper"] == tau2


def test_seeds_and_refusals(scattered):
    pooled = cs.pool(scattered, moderators="year")
    pd.testing.assert_frame_equal(simulate(pooled, 3), simulate(pooled, 3))
    assert list(simulate(pooled, 2).index) == list(scattered.labels)
    for wrong in (0, 2.5, True):
        with pytest.raises(ModelError, match="no number of data sets"):
            simulate(pooled, wrong)
    with pytest.raises(ModelError, match="give 2 or more"):
        parametric_bootstrap(pooled, 1)
    with pytest.raises(ModelError, match=r"takes what cs\.pool answers"):
        parametric_bootstrap(cs.pool_multilevel(scattered, "study"))
    with pytest.raises(ModelError, match=r"cs.predict draws from a Bayesian fit"):
        simulate(scattered)
