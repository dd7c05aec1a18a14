"""Restricted maximum likelihood."""

import math
from typing import ClassVar, final

import numpy as np

from consilience.classical.base import Estimator
from consilience.classical.roots import falling_root
from consilience.classical.wls import Floats, Weighted, log_restricted

_POINTS = 32
_LOWEST = 0.01
_NEGLIGIBLE = 1e-12


@final
class RestrictedML(Estimator):
    """The tau² that maximises the restricted likelihood.

    The likelihood can have more than one mode, so its highest point on a grid is found first, then
    the root of ``y'PP y - tr P`` beside it by safeguarded Newton steps, on any scale.

    References
    ----------
    Viechtbauer W (2005). Journal of Educational and Behavioral Statistics 30:261–293.
    """

    code: ClassVar[str] = "REML"
    label: ClassVar[str] = "REML"

    def tau2(self, y: Floats, v: Floats, X: Floats) -> float:
        """Find the highest mode of the restricted likelihood over ``tau² >= 0``.

        Raises
        ------
        ConvergenceError
            If the search does not end; the message says how far it came.
        """
        grid = _grid(y, v, X)
        best = int(np.argmax(log_restricted(y, v, X, tau2=grid)))
        start = float(grid[best])
        slope = _score(y, v, X, tau2=start)[0]
        if slope == 0 or (slope < 0 and best == 0):
            return start
        low, high = (best, best + 1) if slope > 0 else (best - 1, best)
        bracket = float(grid[low]), float(grid[min(high, len(grid) - 1)])
        return falling_root(lambda tau2: _score(y, v, X, tau2=tau2), *bracket, start=start)

    def tau2_se(self, y: Floats, v: Floats, X: Floats, *, tau2: float) -> float:
        """``√(2 / tr PP)`` at the estimate, from the expected information."""
        return math.sqrt(2 / Weighted(y, v, X, tau2).trace2)


def _score(y: Floats, v: Floats, X: Floats, *, tau2: float) -> tuple[float, float]:
    fit = Weighted(y, v, X, tau2)
    return fit.squared - fit.trace, fit.trace2 - 2 * fit.cubed


def _grid(y: Floats, v: Floats, X: Floats) -> Floats:
    """Zero, and geometric steps from far below the variances to a bound of all modes.

    The score is negative where ``S / tau⁴ < (k-p) / (max v + tau²)``, S the plain residual sum of
    squares.
    """
    plain = Weighted(y, np.ones_like(v), X)
    spread = plain.Q / plain.df
    high = (spread + math.sqrt(spread**2 + 4 * spread * float(v.max()))) / 2
    smallest = float(v.min())
    if high < _NEGLIGIBLE * smallest:
        return np.zeros(1)
    return np.append(0.0, np.geomspace(_LOWEST * min(smallest, high), high, _POINTS))
