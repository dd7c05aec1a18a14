"""Where the posterior of the hyperparameters lies, found from the integrand itself."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact.coordinate import FARTHEST
from consilience.engines.exact.standing import NEAR
from consilience.errors import ConvergenceError, ModelError
from consilience.gaussian import Array

DROP = 36.0  # e^-36 = 2e-16: what is left out cannot be seen in double precision
_POINTS = {1: 65, 2: 19, 3: 11, 4: 9}
_FILLED = {1: 0.25, 2: 0.5, 3: 0.5, 4: 0.5}  # of many points a few steps too many matter less
_ROUNDS = 60
_MENDED, _WIDER = 12, 0.5

type LogDensity = Callable[[Array], tuple[Array, Array]]
"""A function of points x (n, d): log integrand, and log(1 + |φ|/scale) of the largest φ, (n,)."""

type Look = Callable[[float, float], tuple[Array, Array, Array]]
"""A function of the ends of a window on a single axis: points x (n,) in rising order, the ends
among them, and what a `LogDensity` says there."""

type Hull = tuple[Array, Array, Array]
"""Lower and upper corner, and the highest point."""

type Cut = tuple[NDArray[np.bool_], NDArray[np.bool_]]
"""Whether something is near the peak at the lower end of each axis, and at the upper one."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """A box that holds all of the integrand that double precision can see.

    Parameters
    ----------
    lower, upper : array (d,)
        Its corners on the x scale.
    peak : array (d,)
        The highest point seen.
    moments : int
        Highest moment of the hyperparameters (2, 1 or 0) that the tails allow.
    """

    lower: Array
    upper: Array
    peak: Array
    moments: int


def bracket(
    log_density: LogDensity, *, nearest: Array, farthest: Array, near: Array | float = NEAR
) -> Bracket:
    """Bracket the integrand by a grid that zooms in until its hull fills it.

    The hull holds every grid point within e⁻³⁶ of the peak, of the integrand and of the integrand
    times φ², so that variances are integrated as far out as evidence is.

    Parameters
    ----------
    log_density : callable
        Log integrand on the x scale, and the size of φ.
    nearest, farthest : array (d,)
        Ends of the search in each dimension.
    near : array (d,) or float
        How far from zero to look first.

    Raises
    ------
    ModelError
        If the integrand does not fall off within the reach of numbers.
    """
    if len(nearest) == 1:
        ends = nearest.item(), farthest.item()
        return bracket_line(_looking(log_density), nearest=ends[0], farthest=ends[1])
    for moments in (2, 1, 0):
        target = _Weighted(log_density, moments)
        lower, upper, peak = _widen(target, nearest, farthest, near=near)
        if upper.max() < FARTHEST and lower.min() > -FARTHEST:
            return Bracket(lower, upper, peak, moments)
    raise _too_far()


def bracket_line(look: Look, *, nearest: float, farthest: float) -> Bracket:
    """Do the same along a single axis: numpy's calls for arrays of one number would cost more."""
    for moments in (2, 1, 0):
        lower, upper, peak = _widen_line(look, (nearest, farthest), moments)
        if upper < FARTHEST and lower > -FARTHEST:
            return Bracket(np.array([lower]), np.array([upper]), np.array([peak]), moments)
    raise _too_far()


def unit_line() -> Array:
    """Give the points of a window on a single axis that is one long and begins at zero."""
    return np.linspace(0.0, 1.0, _POINTS[1])


def _looking(log_density: LogDensity) -> Look:
    """Give the look at a window of one axis: points, log density and size."""
    unit = unit_line()

    def look(lower: float, upper: float) -> tuple[Array, Array, Array]:
        """Lay a window's points out, and ask there."""
        x = lower + unit * (upper - lower)
        return x, *log_density(x[:, None])

    return look


@dataclass(frozen=True, slots=True)
class _Weighted:
    log_density: LogDensity
    moments: int

    def inside(self, points: Array) -> tuple[NDArray[np.bool_], int]:
        """Say which points are near the peak, plain or weighted, and which is the highest."""
        return _near(*self.log_density(points), self.moments)


def _near(plain: Array, size: Array, moments: int) -> tuple[NDArray[np.bool_], int]:
    weighted, highest = plain + moments * size, int(plain.argmax())
    near = (plain > plain[highest] - DROP) | (weighted > weighted.max() - DROP)
    return near, highest


def _widen(target: _Weighted, nearest: Array, farthest: Array, *, near: Array | float) -> Hull:
    """Look near zero first, and further out as long as the hull touches an end."""
    start, end = np.maximum(-near, nearest), np.minimum(near, farthest)
    while True:
        lower, upper, peak = _zoom(target, start, end)
        above = (upper >= end) & (end < farthest)
        below = (lower <= start) & (start > nearest)
        if not (above | below).any():
            return lower, upper, peak
        end = np.where(above, np.minimum(3.0 * end, farthest), end)
        start = np.where(below, np.maximum(3.0 * start, nearest), start)


def _zoom(target: _Weighted, start: Array, end: Array) -> Hull:
    """Narrow a box until the integrand fills it; widen it again where it turns out to be cut.

    A coarse grid misses what is narrow: the neck of a funnel ends where a finer one still sees it.
    """
    lower, upper, mended = start, end, 0
    for _ in range(_ROUNDS):
        (*box, peak), cut = _hull(target, lower, upper)
        settled = np.all(box[1] - box[0] > _FILLED[len(lower)] * (upper - lower))
        lower, upper = box
        if settled:
            wider = _wider(lower, upper, cut=cut, limits=(start, end))
            if mended == _MENDED or np.array_equal(wider, box):
                return lower, upper, peak
            (lower, upper), mended = wider, mended + 1
    raise _too_narrow()


def _wider(lower: Array, upper: Array, *, cut: Cut, limits: tuple[Array, Array]) -> list[Array]:
    """Move the ends at which something was seen out by half of the box, as far as they may go."""
    reach = _WIDER * (upper - lower)
    below, above = (np.where(seen, reach, 0.0) for seen in cut)
    return [np.maximum(lower - below, limits[0]), np.minimum(upper + above, limits[1])]


def _hull(target: _Weighted, lower: Array, upper: Array) -> tuple[Hull, Cut]:
    """Find the hull of the points inside, one grid step wider on each side, and the highest."""
    count = _POINTS[len(lower)]
    axes = (lower + np.linspace(0.0, 1.0, count)[:, None] * (upper - lower)).T
    points = product(axes)
    near, highest = target.inside(points)
    inside = near.reshape([count] * len(lower))
    first, last = np.array([_ends(inside, axis) for axis in range(len(lower))]).T
    every = np.arange(len(lower))
    low, high = axes[every, np.maximum(first - 1, 0)], axes[every, np.minimum(last + 1, count - 1)]
    return (low, high, points[highest]), (first == 0, last == count - 1)


def _widen_line(
    look: Look, limits: tuple[float, float], moments: int
) -> tuple[float, float, float]:
    """Widen a window of one axis until the integrand has fallen at both ends, then narrow it."""
    (nearest, farthest), (start, end) = limits, (max(-NEAR, limits[0]), min(NEAR, limits[1]))
    while True:
        lower, upper, peak = _zoom_line(look, (start, end), moments)
        above, below = upper >= end < farthest, lower <= start > nearest
        if not (above or below):
            return lower, upper, peak
        end = min(3.0 * end, farthest) if above else end
        start = max(3.0 * start, nearest) if below else start


def _zoom_line(look: Look, window: tuple[float, float], moments: int) -> tuple[float, float, float]:
    """Narrow a window of one axis until the integrand fills it; the peak comes last."""
    lower, upper = window
    for _ in range(_ROUNDS):
        x, plain, size = look(lower, upper)
        near, highest = _near(plain, size, moments)
        start, stop = _ends(near, 0)
        wide = upper - lower
        lower, upper = x.item(max(start - 1, 0)), x.item(min(stop + 1, len(x) - 1))
        if upper - lower > _FILLED[1] * wide:
            return lower, upper, x.item(highest)
    raise _too_narrow()


def _too_far() -> ModelError:
    return ModelError(
        "The posterior of the heterogeneity reaches beyond the largest numbers that a computer "
        "holds: its priors are too heavy in the tail for these trials. Give the standard "
        "deviations priors with lighter tails, such as HalfNormal."
    )


def _too_narrow() -> ConvergenceError:
    return ConvergenceError(
        "The posterior of the hyperparameters could not be bracketed: it is narrower than the "
        "computer's numbers can tell apart. Check the sampling variances for values near zero."
    )


def product(axes: Array | list[Array]) -> Array:
    """Give the points (n, d) of a product of axes, the last one fastest."""
    if len(axes) < 2:
        return axes[0][:, None] if len(axes) else np.empty((1, 0))
    return np.stack([grid.ravel() for grid in np.meshgrid(*axes, indexing="ij")], axis=1)


def _ends(inside: NDArray[np.bool_], axis: int) -> tuple[int, int]:
    """Give the first and the last place along an axis where anything is inside."""
    others = tuple(other for other in range(inside.ndim) if other != axis)
    places = (inside.any(axis=others) if others else inside).nonzero()[0]
    if not places.size:
        raise ConvergenceError(
            "The likelihood is not a number anywhere: the estimates or their sampling variances "
            "are too large or too small for the computer. Change the unit of the effects."
        )
    return int(places[0]), int(places[-1])
