"""Where the posterior of the hyperparameters lies, found from the integrand itself."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact.coordinate import FARTHEST
from consilience.errors import ConvergenceError, ModelError
from consilience.gaussian import Array

_DROP = 36.0  # e^-36 = 2e-16: what is left out cannot be seen in double precision
_POINTS = {1: 65, 2: 19, 3: 11}
_FILLED = {1: 0.25, 2: 0.5, 3: 0.5}  # of many points a few steps too many matter less
_LINE = np.linspace(0.0, 1.0, _POINTS[1])
_NEAR = 6.0
_ROUNDS = 60

type LogDensity = Callable[[Array], tuple[Array, Array]]
"""A function of points x (n, d): log integrand, and log(1 + |φ|/scale) of the largest φ, (n,)."""

type Hull = tuple[Array, Array, Array]
"""Lower and upper corner, and the highest point."""


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


def bracket(log_density: LogDensity, *, nearest: Array, farthest: Array) -> Bracket:
    """Bracket the integrand by a grid that zooms in until its hull fills it.

    The hull holds every grid point within e⁻³⁶ of the peak, of the integrand and of the integrand
    times φ², so that variances are integrated as far out as evidence is.

    Parameters
    ----------
    log_density : callable
        Log integrand on the x scale, and the size of φ.
    nearest, farthest : array (d,)
        Ends of the search in each dimension.

    Raises
    ------
    ModelError
        If the integrand does not fall off within the reach of numbers.
    """
    for moments in (2, 1, 0):
        target = _Weighted(log_density, moments)
        lower, upper, peak = _widen(target, nearest, farthest)
        if upper.max() < FARTHEST and lower.min() > -FARTHEST:
            return Bracket(lower, upper, peak, moments)
    raise ModelError(
        "The posterior of the heterogeneity reaches beyond the largest numbers that a computer "
        "holds: its priors are too heavy in the tail for these trials. Give the standard "
        "deviations priors with lighter tails, such as HalfNormal."
    )


@dataclass(frozen=True, slots=True)
class _Weighted:
    log_density: LogDensity
    moments: int

    def inside(self, points: Array) -> tuple[NDArray[np.bool_], int]:
        """Say which points are near the peak, plain or weighted, and which is the highest."""
        plain, size = self.log_density(points)
        weighted, highest = plain + self.moments * size, int(plain.argmax())
        near = (plain > plain[highest] - _DROP) | (weighted > weighted.max() - _DROP)
        return near, highest


def _widen(target: _Weighted, nearest: Array, farthest: Array) -> Hull:
    """Look near zero first, and further out as long as the hull touches an end."""
    if len(nearest) == 1:
        return _widen_line(target, nearest.item(), farthest.item())
    start, end = np.maximum(-_NEAR, nearest), np.minimum(_NEAR, farthest)
    while True:
        lower, upper, peak = _zoom(target, start, end)
        above = (upper >= end) & (end < farthest)
        below = (lower <= start) & (start > nearest)
        if not (above | below).any():
            return lower, upper, peak
        end = np.where(above, np.minimum(3.0 * end, farthest), end)
        start = np.where(below, np.maximum(3.0 * start, nearest), start)


def _zoom(target: _Weighted, start: Array, end: Array) -> Hull:
    lower, upper = start, end
    for _ in range(_ROUNDS):
        found = _hull(target, lower, upper)
        settled = np.all(found[1] - found[0] > _FILLED[len(lower)] * (upper - lower))
        lower, upper, _ = found
        if settled:
            return found
    raise _too_narrow()


def _hull(target: _Weighted, lower: Array, upper: Array) -> Hull:
    """Find the hull of the points inside, one grid step wider on each side, and the highest."""
    count = _POINTS[len(lower)]
    axes = (lower + np.linspace(0.0, 1.0, count)[:, None] * (upper - lower)).T
    points = product(axes)
    near, highest = target.inside(points)
    inside = near.reshape([count] * len(lower))
    ends = [_ends(inside, axis) for axis in range(len(lower))]
    first = np.array([max(start - 1, 0) for start, _ in ends])
    last = np.array([min(stop + 1, count - 1) for _, stop in ends])
    every = np.arange(len(lower))
    return axes[every, first], axes[every, last], points[highest]


def _widen_line(target: _Weighted, nearest: float, farthest: float) -> Hull:
    """Do the same along a single axis: numpy's calls for arrays of one number would cost more."""
    start, end = max(-_NEAR, nearest), min(_NEAR, farthest)
    while True:
        lower, upper, peak = _zoom_line(target, start, end)
        above, below = upper >= end < farthest, lower <= start > nearest
        if not (above or below):
            return np.array([lower]), np.array([upper]), np.array([peak])
        end = min(3.0 * end, farthest) if above else end
        start = max(3.0 * start, nearest) if below else start


def _zoom_line(target: _Weighted, lower: float, upper: float) -> tuple[float, float, float]:
    last = len(_LINE) - 1
    for _ in range(_ROUNDS):
        x = lower + _LINE * (upper - lower)
        near, highest = target.inside(x[:, None])
        start, stop = _ends(near, 0)
        wide = upper - lower
        lower, upper = x[max(start - 1, 0)].item(), x[min(stop + 1, last)].item()
        if upper - lower > _FILLED[1] * wide:
            return lower, upper, x[highest].item()
    raise _too_narrow()


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
    others = tuple(other for other in range(inside.ndim) if other != axis)
    places = (inside.any(axis=others) if others else inside).nonzero()[0]
    if not places.size:
        raise ConvergenceError(
            "The likelihood is not a number anywhere: the estimates or their sampling variances "
            "are too large or too small for the computer. Change the unit of the effects."
        )
    return int(places[0]), int(places[-1])
