"""The highest point of a likelihood that may have edges, as where a correlation ends at a distance.

Between edges, and along each of them, the likelihood is smooth: a search without slopes finds the
neighbourhood, Newton's steps the point.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from consilience.classical.multilevel.correlations.base import Floats
from consilience.classical.multilevel.objective import Objective, Point
from consilience.classical.multilevel.search import Climber
from consilience.errors import ConvergenceError

_NOWHERE, _FINE, _ROUGH = 1e300, 1e-6, 6
_TIED = 1e-12


def highest(objective: Objective, starts: Sequence[Floats], *, tried: int = 3) -> Point:
    """Find the highest point of a likelihood from several starts.

    Parameters
    ----------
    objective : Objective
    starts : sequence of ndarray, shape (q,)
    tried : int
        How many of the starts are climbed from, the best ones; six where there are edges.

    Raises
    ------
    ConvergenceError
        If no climb ends; the message says how far the best of them came.
    """
    if objective.parameters.smooth:
        return Climber(objective).highest(starts, tried=tried)
    best = sorted(starts, key=lambda start: -objective.value(start))[:_ROUGH]
    ends = [_neighbourhood(objective, start) for start in best]
    near = max(ends, key=objective.value)
    found = list(_exact(objective, near, starts[0]))
    if not found:
        raise ConvergenceError(
            "The Nelder–Mead search for the variance components and a range with edges ended "
            f"at the log likelihood {objective.value(near):.6g} without settling. Hold the range "
            "by its setting, or use a smooth kernel such as SPEXP."
        )
    top = max(point.value for point in found)
    return next(point for point in found if point.value >= top - _TIED * max(1.0, abs(top)))


@final
class Slice:
    """An objective as a function of some of its coordinates, the others being held.

    Parameters
    ----------
    objective : Objective
    u : ndarray, shape (q,)
        Values of the others.
    free : ndarray of bool, shape (q,)
    """

    def __init__(self, objective: Objective, u: Floats, free: NDArray[np.bool_]) -> None:
        self.objective, self.u, self.free = objective, u, free

    @property
    def deviations(self) -> NDArray[np.bool_]:
        """Which of the free coordinates are standard deviations."""
        return self.objective.deviations[self.free]

    def at(self, part: Floats) -> Point:
        """Evaluate the likelihood and its slope by the free coordinates."""
        point = self.objective.at(self.whole(part))
        return replace(point, u=part, slope=point.slope[self.free])

    def value(self, part: Floats) -> float:
        """Give the likelihood alone; minus infinity where there is no model."""
        return self.objective.value(self.whole(part))

    def whole(self, part: Floats) -> Floats:
        """Fill the free coordinates in between the others."""
        u = self.u.copy()
        u[self.free] = part
        return u


def _neighbourhood(objective: Objective, start: Floats) -> Floats:
    """Go up without slopes."""
    from scipy.optimize import minimize

    search: Any = minimize
    end = search(
        lambda u: min(-objective.value(u), _NOWHERE),
        start,
        method="Nelder-Mead",
        options={"xatol": _FINE, "fatol": _FINE, "maxfev": 2000 * len(start)},
    )
    return np.asarray(end.x)


def _exact(objective: Objective, near: Floats, start: Floats) -> Iterator[Point]:
    """Climb on between the edges and along the nearest ones.

    First along the start's coordinate, which is kept where the likelihood does not depend on it.
    """
    bent = [at for at, knots in enumerate(objective.parameters.knots) if len(knots)]
    near = near.copy()
    # An angle's other half turn says the same.
    near[bent] = np.arcsin(np.sin(near[bent]))
    knots = objective.parameters.knots
    for held in product(*(_choices(knots[at], near[at], start[at]) for at in bent)):
        u = near.copy()
        free = np.ones(len(u), dtype=bool)
        for at, value in zip(bent, held, strict=True):
            u[at], free[at] = (u[at], True) if np.isnan(value) else (value, False)
        part = Slice(objective, u, free)
        try:
            yield objective.at(part.whole(Climber(part).climb(u[free]).u))
        except (ConvergenceError, np.linalg.LinAlgError):
            continue


def _choices(knots: Floats, near: float, start: float) -> list[float]:
    """Give values at which a coordinate may be held; nan where it is to be free."""
    place = int(np.searchsorted(knots, near))
    return [float(start), *knots[max(place - 1, 0) : place + 1], np.nan]
