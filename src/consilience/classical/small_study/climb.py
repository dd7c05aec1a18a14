"""Climbing a smooth likelihood of few parameters, given its slopes."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from consilience.classical.wls import Floats

type Likelihood = Callable[[Floats], tuple[float, Floats]]
"""From parameters to the log likelihood and its slopes."""
type Bounds = Sequence[tuple[float, float]]

_WORST = 1e10
_STEP, _MAX_STEPS, _SETTLED, _EQUAL = 1e-5, 40, 1e-12, 1e-10
_HALVINGS, _ROUND = 6, 1e-12


def climb(
    likelihood: Likelihood, x: Floats, *, bounds: Bounds, free: NDArray[np.bool_]
) -> tuple[Floats, float]:
    """Go up by quasi-Newton steps from one place.

    Parameters
    ----------
    likelihood : callable
    x : ndarray, shape (n,)
        Where to start.
    bounds : sequence of pairs
        n of them; infinite where there is none.
    free : ndarray of bool, shape (n,)
        Which parameters may move.

    Returns
    -------
    x : ndarray
    height : float
        -inf if the likelihood is defined nowhere on the way.
    """
    from scipy.optimize import minimize

    def depth(part: Floats) -> tuple[float, Floats]:
        """Give the height turned round, and its slopes, of the free coordinates."""
        whole = x.copy()
        whole[free] = part
        height, slopes = likelihood(whole)
        if not (math.isfinite(height) and np.all(np.isfinite(slopes[free]))):
            return _WORST, np.zeros(len(part))
        return -height, -slopes[free]

    search: Any = minimize
    inside = [bound for bound, kept in zip(bounds, free, strict=True) if kept]
    options = {"maxiter": 1000, "maxfun": 3000, "ftol": 1e-13, "gtol": 1e-9}
    run = search(depth, x[free], jac=True, method="L-BFGS-B", bounds=inside, options=options)
    found = x.copy()
    found[free] = run.x
    return found, -float(run.fun) if run.fun < _WORST else -math.inf


def polish(
    likelihood: Likelihood, x: Floats, *, free: NDArray[np.bool_]
) -> tuple[Floats, float, Floats]:
    """Take Newton steps while they go up or bring the slopes down.

    Returns
    -------
    x : ndarray
    height : float
    slopes : ndarray
        Those that are left, shape (n,).
    """
    height, slopes = likelihood(x)
    for _ in range(_MAX_STEPS):
        step = np.zeros_like(x)
        step[free] = _newton(curvature(likelihood, x, free=free), slopes[free])
        for shorter in 0.5 ** np.arange(_HALVINGS):
            level, new = likelihood(x + shorter * step)
            smaller = np.abs(new[free]).max(initial=0.0) < np.abs(slopes[free]).max(initial=0.0)
            if level > height or (smaller and level > height - _EQUAL):
                break
        else:
            break
        x, height, slopes = x + shorter * step, level, new
        if np.abs(step).max() < _SETTLED:
            break
    return x, height, slopes


def _newton(bent: Floats, slopes: Floats) -> Floats:
    """Step uphill even where the likelihood is not concave."""
    values, ways = np.linalg.eigh(bent)
    size = np.maximum(np.abs(values), _ROUND * np.abs(values).max(initial=1.0))
    return np.asarray(ways @ ((ways.T @ slopes) / size))


def curvature(likelihood: Likelihood, x: Floats, *, free: NDArray[np.bool_]) -> Floats:
    """Give minus the second derivatives by the free parameters, by central differences of slopes.

    Returns
    -------
    ndarray, shape (m, m)
        m free parameters.
    """
    places = np.flatnonzero(free)
    columns = np.empty((len(places), len(places)))
    for column, place in enumerate(places):
        moved = np.zeros_like(x)
        moved[place] = _STEP
        above, below = likelihood(x + moved)[1], likelihood(x - moved)[1]
        columns[:, column] = (below - above)[free] / (2 * _STEP)
    return (columns + columns.T) / 2
