"""REML is the top of the restricted likelihood, wherever that is."""

import numpy as np
import pytest
from tests.across import across

from consilience.classical.pool import pool
from consilience.classical.reml import RestrictedML
from consilience.classical.wls import Weighted, log_restricted

REML = RestrictedML()


def dense(y, v, X, *, tau2):
    """The restricted likelihood from its definition, for every tau2."""
    V = np.diag(v) + np.asarray(tau2)[..., None, None] * np.eye(len(v))
    W = np.linalg.inv(V)
    information = X.T @ W @ X
    residual = y - np.linalg.solve(information, (X.T @ W @ y)[..., None])[..., 0] @ X.T
    logs = np.linalg.slogdet(V)[1] + np.linalg.slogdet(information)[1]
    return -0.5 * (logs + np.einsum("...i,...ij,...j", residual, W, residual))


def draw(rng):
    k = rng.integers(3, 12)
    v = np.exp(rng.normal(0, rng.choice([0.3, 1, 3]), k))
    y = rng.normal(0, np.sqrt(v + rng.choice([0, 0.5, 4])))
    X = np.column_stack([np.ones(k), rng.normal(size=k)])[:, : rng.integers(1, 3)]
    return y, v, X


@across("seed", range(40))
def test_no_point_of_a_fine_grid_is_higher(seed):
    y, v, X = draw(np.random.default_rng(seed))
    found = REML.tau2(y, v, X)
    grid = np.append(0, np.geomspace(1e-6 * v.min(), 1e3 * (v.max() + y.var()), 4000))
    best = dense(y, v, X, tau2=grid).max()
    assert dense(y, v, X, tau2=found) >= best - 1e-12 * abs(best)


def test_the_batch_is_the_definition():
    y, v, X = draw(np.random.default_rng(3))
    grid = np.array([0.0, 0.1, 3.0])
    ours = log_restricted(y, v, X, tau2=grid)
    theirs = dense(y, v, X, tau2=grid)
    np.testing.assert_allclose(np.diff(ours), np.diff(theirs), rtol=1e-10)


@pytest.mark.parametrize(
    ("y", "v", "at_zero"),
    [
        ([1.07, 0.53, -7.33], [0.2528, 0.0194, 7.2145], False),
        ([-15.56, -5.03, 0.42, 0.7], [39.4929, 31.0365, 0.0487, 0.0909], True),
    ],
)
def test_of_two_modes_the_higher_is_taken(y, v, at_zero):
    """A mode at zero and another one; a search from one side stops at the nearer."""
    y, v, X = np.array(y), np.array(v), np.ones((len(y), 1))
    grid = np.append(0, np.geomspace(1e-6, 1e3, 2000))
    heights = log_restricted(y, v, X, tau2=grid)
    rises = np.diff(heights) > 0
    assert not rises[0]
    assert rises.any()
    found = REML.tau2(y, v, X)
    assert (found == 0) == at_zero
    assert log_restricted(y, v, X, tau2=np.array([found]))[0] >= heights.max() - 1e-9


def test_traces_of_the_projection():
    """O(k p²) formulas against the k × k matrix."""
    y, v, X = draw(np.random.default_rng(8))
    fit = Weighted(y, v, X, 0.3)
    W = np.diag(1 / (v + 0.3))
    A = W - W @ X @ np.linalg.inv(X.T @ W @ X) @ X.T @ W
    assert fit.trace == pytest.approx(np.trace(A), rel=1e-10)
    assert fit.trace2 == pytest.approx(np.trace(A @ A), rel=1e-10)
    assert y @ A @ y == pytest.approx(fit.Q, rel=1e-10)
    assert fit.squared == pytest.approx(y @ A @ A @ y, rel=1e-10)
    assert fit.cubed == pytest.approx(y @ A @ A @ A @ y, rel=1e-10)


def test_wildly_unequal_variances_converge():
    rng = np.random.default_rng(2)
    v = 10.0 ** rng.uniform(-8, 4, 30)
    y = rng.normal(0, np.sqrt(v + 1))
    assert 0.1 < REML.tau2(y, v, np.ones((30, 1))) < 10


@pytest.mark.parametrize("v", [[1e-8, 1e3], [1e-4, 1e3], [0.02, 0.05]])
def test_the_error_of_tau2_between_two_trials_however_unlike(effects_of, v):
    """``P = (1, -1)'(1, -1) / (v1 + v2)``, so the standard error is ``(v1 + v2) / √2``."""
    pooled = pool(effects_of([0.3, 0.4], v))
    assert pooled.tau2 == 0
    assert pooled.heterogeneity()["tau2_se"] == pytest.approx(sum(v) / np.sqrt(2), rel=1e-12)


def test_the_trace_by_whole_matrices():
    rng = np.random.default_rng(5)
    v, x = 10.0 ** rng.uniform(-2, 1, 7), rng.uniform(0.5, 2, (7, 1))
    w = np.diag(1 / v)
    maker = w - w @ x @ np.linalg.inv(x.T @ w @ x) @ x.T @ w
    assert Weighted(v, v, x).trace2 == pytest.approx(np.trace(maker @ maker), rel=1e-12)
