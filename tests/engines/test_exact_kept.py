"""What the exact engine keeps, and what it does not look for: the answers are the same."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import ndtr

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.engines.exact.along import along
from consilience.engines.exact.line import axis_of
from consilience.engines.exact.mixture import Mixture
from consilience.engines.exact.pair import first_nodes
from consilience.engines.exact.solve import equations
from consilience.gaussian import Hyper


def _effects(y, kind):
    table = pd.DataFrame(
        {"study": [f"s{i}" for i in range(len(y))], "yi": y, "vi": 0.04, "kind": kind}
    )
    return cs.effect_sizes(table, "GEN")


@pytest.mark.parametrize(
    "term",
    [terms.Linear("kind", priors.Normal(0, 1)), terms.Exchangeable("kind", priors.HalfNormal(0.5))],
)
def test_columns_that_are_kept_belong_to_their_trials(term):
    """A second fit is that of a fresh copy, and a subset of the trials gets columns of its own."""
    y = np.array([0.1, 0.5, 0.3, 0.9, 0.2, 0.7])
    model = cs.Model(priors.Normal(0, 1), (term,), heterogeneity.Normal(priors.HalfNormal(0.5)))
    effects = _effects(y, list("abcabc"))
    first = cs.fit(model, effects).summary()
    pd.testing.assert_frame_equal(cs.fit(model, effects).summary(), first)
    pd.testing.assert_frame_equal(cs.fit(model, _effects(y, list("abcabc"))).summary(), first)
    fewer = cs.fit(model, effects.keep(np.arange(6) % 3 < 2)).summary()
    afresh = cs.fit(model, _effects(y[[0, 1, 3, 4]], list("abab"))).summary()
    assert not any("[c]" in name for name in fewer.index)
    np.testing.assert_allclose(fewer["mean"].iloc[:3], afresh["mean"].iloc[:3], rtol=1e-9)


@pytest.mark.parametrize(
    ("prior", "support"),
    [
        (priors.HalfCauchy(0.3), (0.0, np.inf)),
        (priors.Uniform(0.0, 2.0), (0.0, np.inf)),
        (priors.Normal(0.2, 0.7), (-np.inf, np.inf)),
    ],
)
def test_a_prior_along_an_axis_is_its_density_times_the_slope_of_the_map(prior, support):
    hyper = Hyper("tau", prior, support)
    axis = axis_of(hyper, 0.2)
    seen = along(hyper, axis, ends=(0.4, 1.1), unit=first_nodes)
    x, step = seen.x, 1e-5
    slope = (axis.value(x + step) - axis.value(x - step)) / (2 * step)
    wanted = prior.logpdf(axis.value(x)) + np.log(slope)
    np.testing.assert_allclose(seen.log_prior, wanted, rtol=1e-8, atol=1e-8)
    np.testing.assert_array_equal(seen.phi[:, 0], axis.value(x))
    assert along(hyper, axis, ends=(0.4, 1.1), unit=first_nodes) is seen
    with pytest.raises(ValueError, match="read-only"):
        seen.phi[0] = 1.0


def test_the_likelihood_alone_is_that_of_the_whole_solution():
    rng = np.random.default_rng(5)
    W = np.where(rng.random((9, 4)) < 0.5, 0.0, 1.0)
    prepared = equations(W, rng.normal(size=9), np.ones(9), mean=np.zeros(4), sd=np.ones(4))
    nodes = [(np.arange(19), rng.uniform(size=(19, 1)), np.ones((1, 4)))]
    alone = prepared.log_likelihood(nodes, 19)
    np.testing.assert_array_equal(alone, prepared.solve(nodes, 19).log_likelihood)


def test_curves_of_mixtures_are_those_of_their_normals():
    """Also where a node is a point, or weighs nothing, and for more nodes than a chunk holds."""
    rng = np.random.default_rng(6)
    weights = rng.dirichlet(np.ones(1300), size=3).T
    weights[::7] = 0.0
    weights /= weights.sum(axis=0)
    means, sds = rng.normal(size=(1300, 3)), rng.uniform(1e-6, 2.0, size=(1300, 3))
    x = np.linspace(-9.0, 9.0, 33)[:, None] * np.ones(3)
    density, cdf = Mixture(weights, means, sds).curves(x)
    each = stats.norm(means, sds)
    for row, dens, below in zip(x, density, cdf, strict=True):
        np.testing.assert_allclose(dens, np.sum(weights * each.pdf(row), axis=0), rtol=1e-12)
        np.testing.assert_allclose(below, np.sum(weights * each.cdf(row), axis=0), rtol=1e-12)
    point = Mixture(np.array([0.25, 0.75]), np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]]))
    below = point.curves(np.array([[-1.0], [1.0]]))[1][:, 0]
    np.testing.assert_allclose(below, [0.75 * ndtr(-2.0), 0.25 + 0.75 * 0.5], rtol=1e-14)


@pytest.mark.parametrize("q", [1e-12, 0.025, 0.5, 1.0 - 1e-9])
def test_quantiles_are_where_the_distribution_function_says(q):
    rng = np.random.default_rng(7)
    mixture = Mixture(
        rng.dirichlet(np.ones(40)), rng.normal(size=(40, 5)), rng.uniform(0.01, 3.0, size=(40, 5))
    )
    np.testing.assert_allclose(mixture.cdf(mixture.quantile(q)), q, rtol=1e-9)
