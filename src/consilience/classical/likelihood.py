"""What the estimators by likelihood share: the highest mode over ``tau² >= 0``."""

import math
from abc import abstractmethod
from functools import cache

import numpy as np

from consilience.classical.base import Estimator
from consilience.classical.batch import Batch, BatchWeighted, falling_roots
from consilience.classical.roots import falling_root
from consilience.classical.wls import Floats, Weighted

_POINTS = 32
_STEPS = np.linspace(0, 1, _POINTS)
_LOWEST = 0.01
_NEGLIGIBLE = 1e-12


class LikelihoodEstimator(Estimator):
    """The tau² that maximises a likelihood.

    It can have more than one mode, so its highest point on a grid is found first, then the root of
    the score beside it by safeguarded Newton steps, on any scale.
    """

    @abstractmethod
    def log_likelihood(self, y: Floats, v: Floats, X: Floats, *, tau2: Floats) -> Floats:
        """Log likelihood at many values of tau², up to one constant; shape of ``tau2``."""

    @abstractmethod
    def dimension(self, k: int, p: int) -> int:
        """How many numbers this is the likelihood of: k estimates, or fewer contrasts of them."""

    @abstractmethod
    def score(self, fit: Weighted) -> tuple[float, float]:
        """Twice the derivative by tau² of the log likelihood, and its own derivative."""

    def tau2(self, y: Floats, v: Floats, X: Floats) -> float:
        """Find the highest mode over ``tau² >= 0``.

        Raises
        ------
        ConvergenceError
            If the search does not end; the message says how far it came.
        """
        grid = mode_grid(y, v, X)
        best = int(np.argmax(self.log_likelihood(y, v, X, tau2=grid)))
        start = float(grid[best])

        # The search begins where the side of the mode was looked up.
        @cache
        def score(tau2: float) -> tuple[float, float]:
            return self.score(Weighted(y, v, X, tau2))

        slope = score(start)[0]
        if slope == 0 or (slope < 0 and best == 0):
            return start
        low, high = (best, best + 1) if slope > 0 else (best - 1, best)
        bracket = float(grid[low]), float(grid[min(high, len(grid) - 1)])
        return falling_root(score, *bracket, start=start)

    @abstractmethod
    def log_likelihood_many(self, fit: BatchWeighted) -> Floats:
        """Log likelihood of each set of a batch at its tau², up to one constant each."""

    @abstractmethod
    def score_many(self, fit: BatchWeighted) -> tuple[Floats, Floats]:
        """As `score`, for each set of a batch."""

    def tau2_many(self, batch: Batch) -> Floats:
        """Highest modes of many sets at once; nan where a search does not end."""
        grid = _grids(batch)
        heights = np.stack([self.log_likelihood_many(batch.at(tau2)) for tau2 in grid])
        best = heights.argmax(axis=0)
        rows = np.arange(len(best))
        start = grid[best, rows]
        slope = self.score_many(batch.at(start))[0]
        inside = (slope > 0) | ((slope < 0) & (best > 0))
        if not inside.any():
            return start
        low = np.where(slope > 0, best, best - 1)[inside]
        rows, sets = rows[inside], batch.rows(inside)
        high = np.minimum(low + 1, len(grid) - 1)
        bracket = grid[low, rows], grid[high, rows]
        found = start.copy()
        found[inside] = falling_roots(
            lambda _, fit: self.score_many(fit), sets, bracket, start=start[inside]
        )
        return found


def mode_grid(y: Floats, v: Floats, X: Floats) -> Floats:
    """Lay zero, and geometric steps from far below the variances to a bound of all modes.

    The scores are negative where ``S / tau⁴ < (k-p) / (max v + tau²)``, S the plain residual sum of
    squares.

    Returns
    -------
    ndarray, shape (g,)
    """
    plain = Weighted(y, np.ones_like(v), X)
    spread = plain.Q / plain.df
    high = (spread + math.sqrt(spread**2 + 4 * spread * float(v.max()))) / 2
    smallest = float(v.min())
    if high < _NEGLIGIBLE * smallest:
        return np.zeros(1)
    low = _LOWEST * min(smallest, high)
    grid = np.empty(_POINTS + 1)
    grid[0], grid[1:] = 0.0, low * (high / low) ** _STEPS
    grid[-1] = high
    return grid


def _grids(batch: Batch) -> Floats:
    """Lay the same points for each set of a batch, shape (g, n)."""
    spread = np.einsum("nm,nm->n", batch.y, batch.y) / batch.df
    high = (spread + np.sqrt(spread**2 + 4 * spread * batch.largest())) / 2
    smallest = batch.smallest()
    high = np.where(high < _NEGLIGIBLE * smallest, 0.0, high)
    low = _LOWEST * np.minimum(smallest, high)
    with np.errstate(invalid="ignore"):
        ratio = np.where(high > 0, high / np.where(low > 0, low, 1.0), 1.0)
    steps = low * ratio ** _STEPS[:, None]
    steps[-1] = high
    return np.concatenate([np.zeros((1, len(high))), steps])
