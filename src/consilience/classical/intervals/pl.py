"""The profile likelihood interval."""

from collections.abc import Callable
from typing import ClassVar, final

import numpy as np
from scipy.special import chdtri

from consilience.classical.base import Estimator
from consilience.classical.intervals.base import Tau2Interval
from consilience.classical.likelihood import LikelihoodEstimator, mode_grid
from consilience.classical.roots import falling_root
from consilience.classical.wls import Floats, StandardForm, Weighted
from consilience.errors import RefusalError

type Line = Callable[[float], tuple[float, float]]

_STEP = 2.0


@final
class ProfileLikelihood(Tau2Interval):
    """All tau² whose log likelihood is within ``½ chi²(1)`` of the highest, from first to last.

    References
    ----------
    Hardy RJ, Thompson SG (1996). Statistics in Medicine 15:619–629.
    doi:10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A
    """

    code: ClassVar[str] = "PL"
    label: ClassVar[str] = "profile likelihood"

    def ends(
        self, problem: StandardForm, estimator: Estimator, *, tau2: float, level: float
    ) -> tuple[float, float]:
        """Walk outwards from the estimate, then solve; goes with ML and REML.

        Raises
        ------
        RefusalError
            For an estimator that maximises no likelihood.
        """
        if not isinstance(estimator, LikelihoodEstimator):
            message = (
                f"{estimator.label} maximises no likelihood, so it has no profile likelihood "
                'interval. Use "QP", or pool by "REML" or "ML".'
            )
            raise RefusalError(message)
        height = estimator.log_likelihood(*problem.data, tau2=np.array([tau2]))[0]
        cut = float(height) - 0.5 * float(chdtri(1, 1 - level))
        grid = np.unique(np.append(mode_grid(*problem.data), tau2))
        above = estimator.log_likelihood(*problem.data, tau2=grid) >= cut
        lowest, highest = (int(place) for place in np.flatnonzero(above)[[0, -1]])

        def falling(x: float) -> tuple[float, float]:
            found = float(estimator.log_likelihood(*problem.data, tau2=np.array([x]))[0])
            return found - cut, 0.5 * estimator.score(Weighted(*problem.data, x))[0]

        def rising(x: float) -> tuple[float, float]:
            value, slope = falling(x)
            return -value, -slope

        lower = _root(rising, grid, lowest) if lowest else 0.0
        return lower, _last(falling, problem.data[1], grid=grid[highest:])


def _root(function: Line, grid: Floats, place: int) -> float:
    low, high = float(grid[place - 1]), float(grid[place])
    return falling_root(function, low, high, start=high)


def _last(function: Line, v: Floats, *, grid: Floats) -> float:
    """Solve between the last point above the cut and the next, made if there is none."""
    low = float(grid[0])
    high = float(grid[1]) if len(grid) > 1 else max(_STEP * low, float(v.max()))
    while function(high)[0] > 0:
        low, high = high, _STEP * high
    return falling_root(function, low, high, start=high)
