"""The compiled normal equations, against dense algebra that knows nothing of them."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from consilience.engines.exact import lanes
from consilience.engines.exact.lanes import LANES
from consilience.engines.exact.solve import Conditional, equations

NODES = 2 * LANES + 3  # the last block is not full


def problem(k, m, *, seed=0, zeros=0.6):
    rng = np.random.default_rng(seed)
    W = np.where(rng.random((k, m)) < zeros, 0.0, rng.normal(size=(k, m)))
    W[:, 0] = 1.0
    y, v = rng.normal(size=k), rng.uniform(0.1, 2.0, size=k)
    return W, y, v, rng


def dense(W, y, v, *, mean, sd, h):
    """Posterior moments and log p(y) by the k × k covariance of the estimates."""
    prior = np.diag(sd**2)
    marginal = W @ prior @ W.T + np.diag(v + h)
    gain = prior @ W.T @ np.linalg.inv(marginal)
    centre = mean + gain @ (y - W @ mean)
    return centre, prior - gain @ W @ prior, multivariate_normal(W @ mean, marginal).logpdf(y)


def check(found: Conditional, node, wanted):
    centre, cov, log_p = wanted
    np.testing.assert_allclose(found.mean[node], centre, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(found.root[node] @ found.root[node].T, cov, rtol=1e-8, atol=1e-11)
    np.testing.assert_allclose(found.variance[node], np.diag(cov), rtol=1e-8, atol=1e-11)
    assert found.log_likelihood[node] == pytest.approx(log_p, rel=1e-11, abs=1e-10)


@pytest.mark.parametrize(("k", "m"), [(1, 1), (2, 5), (9, 12), (40, 3), (700, 2)])
@pytest.mark.parametrize("wide", [False, True])
def test_every_node_equals_the_dense_solution(k, m, wide):
    W, y, v, rng = problem(k, m)
    mean, sd = rng.normal(size=m), rng.uniform(0.2, 2.0, size=m)
    h = rng.uniform(0.0, 1.0, size=(NODES, k if wide else 1))
    scale = rng.uniform(0.1, 1.5, size=(NODES, m))
    prepared = equations(W, y, v, mean=mean, sd=sd)
    found = prepared.solve([(np.arange(NODES), h, sd * scale)], NODES)
    for node in (0, LANES - 1, LANES, NODES - 1):
        check(found, node, dense(W, y, v, mean=mean, sd=sd * scale[node], h=h[node]))


def test_nodes_that_are_not_asked_for_have_no_likelihood_and_the_others_do_not_notice():
    W, y, v, rng = problem(8, 3)
    mean, sd = np.zeros(3), np.ones(3)
    h, at = rng.uniform(size=(NODES, 1)), np.array([1, 4, 5, 13])
    prepared = equations(W, y, v, mean=mean, sd=sd)
    every = prepared.solve([(np.arange(NODES), h, sd[None])], NODES)
    some = prepared.solve([(at[:2], h[at[:2]], sd[None]), (at[2:], h[at[2:]], sd[None])], NODES)
    np.testing.assert_array_equal(some.log_likelihood[at], every.log_likelihood[at])
    np.testing.assert_array_equal(some.root[at], every.root[at])
    assert some.solved.sum() == len(at)
    assert np.all(np.delete(some.log_likelihood, at) == -np.inf)


def test_an_infinite_variance_is_no_observation():
    W, y, v, rng = problem(6, 2)
    v[[1, 4]] = np.inf
    kept = np.isfinite(v)
    mean, sd, h = rng.normal(size=2), np.ones(2), np.full((3, 1), 0.3)
    found = equations(W, y, v, mean=mean, sd=sd).solve([(np.arange(3), h, sd[None])], 3)
    check(found, 2, dense(W[kept], y[kept], v[kept], mean=mean, sd=sd, h=0.3))


@pytest.mark.parametrize("magnitude", [1e-120, 1e-30, 1e30, 1e120])
def test_the_sum_of_logarithms_neither_overflows_nor_loses_digits(magnitude):
    """log p of c·y is log p of y less k log c, whatever c and however many estimates."""
    k = 5000
    rng = np.random.default_rng(3)
    y, v = rng.normal(size=k), rng.uniform(0.5, 2.0, size=k)
    W, sd, h = np.ones((k, 1)), np.ones(1), np.full((1, 1), 0.25)

    def log_p(c):
        prepared = equations(W, c * y, c * c * v, mean=np.zeros(1), sd=c * sd)
        return prepared.solve([(np.arange(1), c * c * h, c * sd[None])], 1).log_likelihood[0]

    assert log_p(magnitude) == pytest.approx(log_p(1.0) - k * np.log(magnitude), rel=1e-12)


def test_the_determinant_of_a_large_block_does_not_overflow():
    """1.99¹⁰⁴⁰ is more than a floating number holds; its logarithm is 716."""
    m, logs = 1040, lanes.no_logs()
    matrix = np.zeros((m, m, LANES))
    matrix[np.arange(m), np.arange(m)] = 1.99
    lanes.begin(logs)
    lanes.factor(matrix, logs)
    np.testing.assert_allclose(logs.total, m * np.log(1.99), rtol=1e-13)


def test_a_flat_coefficient_is_least_squares():
    W, y, v, _ = problem(12, 2, zeros=0.0)
    sd, h = np.full(2, np.inf), np.full((1, 1), 0.4)
    prepared = equations(W, y, v, mean=np.zeros(2), sd=sd)
    found = prepared.solve([(np.arange(1), h, np.ones((1, 2)))], 1)
    weight = np.sqrt(1.0 / (v + 0.4))
    wanted = np.linalg.lstsq(W * weight[:, None], y * weight)[0]
    np.testing.assert_allclose(found.mean[0], wanted, rtol=1e-10)
    information = (W * weight[:, None] ** 2).T @ W
    root = found.root[0]
    np.testing.assert_allclose(root @ root.T, np.linalg.inv(information), rtol=1e-9)
