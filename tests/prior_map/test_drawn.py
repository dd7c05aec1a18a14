"""The tipping point from draws: that of the exact engine within its Monte Carlo error."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

import consilience as cs
from consilience import heterogeneity, priors
from consilience.engines import Nuts
from consilience.engines.nuts.posterior import SampledPosterior

HALF = priors.HalfNormal(0.5)
NORMAL = cs.Model(mu=priors.Normal(0.0, 1.0), heterogeneity=heterogeneity.Normal(HALF))
NOT_GAUSSIAN = replace(NORMAL, heterogeneity=heterogeneity.StudentT(tau=HALF))


def sampled(exact, seed):
    """Exact draws of the normal model, under the name of one that has no Gaussian form."""
    own = replace(exact.posterior, seed=seed)
    quality = xr.Dataset(attrs={"faults": ""})
    parts = own.layout, own.scatter, own.sample(), exact.effects, seed, quality, own.bonds
    return cs.Fit(NOT_GAUSSIAN, exact.effects, Nuts(), SampledPosterior(*parts))


@pytest.fixture(scope="module")
def exact(make):
    rng = np.random.default_rng(2)
    return cs.fit(NORMAL, make(list(rng.normal(0.25, 0.3, 15)), 0.05))


@pytest.mark.parametrize("threshold", [0.0, 0.1])
def test_against_the_exact_engine(exact, threshold):
    """Over 20 sets of draws: each within 4.5 of its errors, and z neither narrow nor wide."""
    true = cs.tipping_point(exact, threshold=threshold)
    found = [cs.tipping_point(sampled(exact, seed), threshold=threshold) for seed in range(20)]
    assert all(point.conclusion == true.conclusion for point in found)
    assert all(point.boundary == true.boundary for point in found)
    z = np.array([(point.distance - true.distance) / point.error for point in found])
    assert np.abs(z).max() < 4.5
    assert 0.5 < np.sqrt(np.mean(z**2)) < 1.6


def test_where_draws_do_not_reach_nothing_is_claimed(exact):
    """All draws are above −3: raw weights would say that no prior changes that."""
    found = cs.tipping_point(sampled(exact, 1), threshold=-3.0)
    assert found.conclusion == "above"
    assert not found.exists
    assert np.isnan(found.distance)
    assert np.isnan(found.error)
    assert "cannot be reweighted that far" in found.words
    assert "priors.Normal(m, s)" in found.words


def test_an_exact_answer_has_no_such_error(exact):
    assert cs.tipping_point(exact).error == 0.0
