"""The highest point of a smooth function of a few coordinates, by safeguarded Newton steps."""

import math
from collections.abc import Sequence
from typing import Protocol, final

import numpy as np
from numpy.typing import NDArray

from consilience.classical.multilevel.correlations.base import Floats
from consilience.classical.multilevel.objective import Point
from consilience.errors import ConvergenceError

_STEP = 1e-5
_MAX_STEPS = 100
_HALVINGS = 40
_LONGEST = 2.0
# Promised gain in log likelihood below which two values cannot be told apart by rounding.
_TELLABLE = 1e-9
_SETTLED = 1e-20
_OWED = 1e-9
_FLAT = 1e-10
_RISING = 1e-4
_SMALL = 1e-5
_BESIDE = 1e-3


class Landscape(Protocol):
    """What can be climbed."""

    @property
    def deviations(self) -> NDArray[np.bool_]:
        """Which of the coordinates are standard deviations."""

    def at(self, u: Floats) -> Point:
        """Evaluate the likelihood and its slope."""

    def value(self, u: Floats) -> float:
        """Give the likelihood alone."""


@final
class Climber:
    """Newton's method on the log likelihood; the curvature comes from differences of its slope.

    Directions that curve the wrong way are climbed by the size of their curvature.

    Parameters
    ----------
    objective : Landscape
    """

    def __init__(self, objective: Landscape) -> None:
        self.objective = objective

    def highest(self, starts: Sequence[Floats], *, tried: int = 3) -> Point:
        """Climb from the best few of several starts and keep the highest end.

        Raises
        ------
        ConvergenceError
            If no climb ends; the message says how far the best of them came.
        """
        heights = [self.objective.value(start) for start in starts]
        order = np.argsort(heights)[::-1][:tried]
        ends: list[Point] = []
        failure: ConvergenceError | None = None
        for at in order:
            if math.isinf(heights[at]):
                continue
            try:
                ends.append(self.climb(starts[at], known=ends))
            except ConvergenceError as error:
                failure = failure or error
        if ends:
            return max(ends, key=lambda point: point.value)
        raise failure or ConvergenceError(
            "No start of the search has a finite likelihood. Look for sampling variances that "
            "differ by more than ten orders of magnitude."
        )

    def climb(self, start: Floats, *, known: Sequence[Point] = ()) -> Point:
        """Climb from one start to a maximum; a variance that dwindles ends at zero.

        Parameters
        ----------
        start : ndarray, shape (q,)
        known : sequence of Point
            Maxima found before; a climb that comes near one ends there.

        Raises
        ------
        ConvergenceError
            If the steps run out; the message says how far it came.
        """
        point, gain, count = self.objective.at(start), math.inf, 0
        while count < _MAX_STEPS:
            count += 1
            if near := [end for end in known if _near(end, point)]:
                return near[0]
            try:
                curvature = self._steered(point)
            except np.linalg.LinAlgError:
                break
            step, gain = _newton(point.slope, curvature)
            if gain < _SETTLED:
                point, done = self._off_saddle(point, curvature)
                if done:
                    return self._snapped(point)
                continue
            moved = self._moved(point, step, gain=gain)
            if moved is point:
                break
            point = moved
        if gain < _OWED:
            return self._snapped(point)
        message = (
            f"Newton's method for the variance components stopped after {count} steps at the "
            f"log likelihood {point.value:.6g}, {gain:.1g} below its promise. Use fewer variance "
            "components, or hold one by its setting; the profile of each shows which is unknown."
        )
        raise ConvergenceError(message)

    def curvature(self, point: Point) -> Floats:
        """Second derivatives by the coordinates, shape (q, q)."""
        rows = []
        for at in range(len(point.u)):
            step = _STEP * max(1.0, abs(float(point.u[at])))
            ends = []
            for side in (step, -step):
                u = point.u.copy()
                u[at] += side
                ends.append(self.objective.at(u).slope)
            rows.append((ends[0] - ends[1]) / (2 * step))
        matrix = np.array(rows).reshape((len(point.u),) * 2)
        return (matrix + matrix.T) / 2

    def _steered(self, point: Point) -> Floats:
        """Second derivatives as well as a step needs them, from one side of the point."""
        rows = []
        for at in range(len(point.u)):
            step = _STEP * max(1.0, abs(float(point.u[at])))
            u = point.u.copy()
            u[at] += step
            rows.append((self.objective.at(u).slope - point.slope) / step)
        matrix = np.array(rows).reshape((len(point.u),) * 2)
        return (matrix + matrix.T) / 2

    def _moved(self, point: Point, step: Floats, *, gain: float) -> Point:
        """Halve a step until it gains enough; near the top, until the slope is flatter."""
        for halving in range(_HALVINGS):
            share = 0.5**halving
            try:
                tried = self.objective.at(point.u + share * step)
            except np.linalg.LinAlgError:
                continue
            if gain < _TELLABLE:
                flatter = np.linalg.norm(tried.slope) < np.linalg.norm(point.slope)
                return tried if flatter else point
            if tried.value > point.value + 0.1 * share * gain:
                return tried
        return point

    def _off_saddle(self, point: Point, curvature: Floats) -> tuple[Point, bool]:
        """Leave a point without slope that is no maximum in some direction."""
        if not len(point.u):
            return point, True
        values, vectors = np.linalg.eigh(curvature)
        if values[-1] <= _RISING:
            return point, True
        for side in (0.1, -0.1):
            tried = self.objective.at(point.u + side * vectors[:, -1])
            if tried.value > point.value:
                return tried, False
        return point, True

    def _snapped(self, point: Point) -> Point:
        """Put standard deviations that dwindled exactly to zero, where that costs nothing."""
        deviations = self.objective.deviations
        for at in np.flatnonzero(deviations & (np.abs(point.u) < _SMALL) & (point.u != 0)):
            u = point.u.copy()
            u[at] = 0.0
            tried = self.objective.at(u)
            if tried.value >= point.value - _OWED:
                point = tried
        return point


def _near(end: Point, point: Point) -> bool:
    apart = float(np.abs(np.abs(end.u) - np.abs(point.u)).max(initial=0.0))
    return apart < _BESIDE and abs(end.value - point.value) < _BESIDE


def _newton(slope: Floats, curvature: Floats) -> tuple[Floats, float]:
    """Give the step, no longer than 2, and the gain that the quadratic promises."""
    if not len(slope):
        return slope, 0.0
    values, vectors = np.linalg.eigh(curvature)
    size = np.abs(values)
    along = vectors.T @ slope
    # Flat directions with a slope that is but rounding are left alone.
    step = np.where(size > _FLAT * size.max(), along / np.maximum(size, 1e-300), 0.0)
    gain = 0.5 * float(along @ step)
    step = vectors @ step
    length = float(np.linalg.norm(step))
    return step * min(1.0, _LONGEST / max(length, 1e-300)), gain
