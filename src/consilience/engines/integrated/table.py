"""Curves of single trials as piecewise polynomials, so that they can be asked for anywhere.

On each axis θ = c + s·sinh(u), u in equal panels: near the estimate panels are a fraction of its
standard error long, in the tails, where log ℓ becomes a straight line, as long as the tail.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from consilience.engines.integrated.kernel import Table
from consilience.gaussian import Array
from consilience.likelihoods.curves import ORDER

_NODES = 14
_PANELS = (20, 40, 80, 160)
_DEEP = 690.0  # e^-690 is nearly the end of numbers
_RELEVANT = 60.0  # what lies deeper adds nothing to any integral
_REACH = np.linspace(-16.0, 16.0, 65)
_CLOSE = 2e-11
_FLAT = 1e-15
_SHARPER = 3 * ORDER // 2

type Log = Callable[[Array, int], Array]
"""Log ℓᵢ (n, k) at true effects (n, k), with so many nodes of the inner integral."""


class Tabled(NamedTuple):
    """A table, and the largest error of a log ℓᵢ that was seen between its nodes."""

    table: Table
    error: float


class _Axis(NamedTuple):
    """θ = centre + scale·sinh(u) for u from low to high, (k,) each."""

    centre: Array
    scale: Array
    low: Array
    high: Array

    def theta(self, share: Array) -> Array:
        """Give θ (n, k) at shares (n,) of the way."""
        u = self.low + share[:, None] * (self.high - self.low)
        return self.centre + self.scale * np.sinh(u)


def tabulate(log_curves: Log, centre: Array, width: Array) -> Tabled:
    """Tabulate the curves of k trials.

    Parameters
    ----------
    log_curves : callable
        The curves.
    centre, width : array (k,)
        Where to look for them, and how wide they may be.
    """
    axis, top = _framed(log_curves, centre, width)
    for panels in _PANELS:
        heights = log_curves(axis.theta(_nodes(panels)), ORDER)
        coefficients = _coefficients(heights, panels)
        error = _error(log_curves, axis, coefficients, top=top)
        if error < _CLOSE:
            break
    return Tabled(_table(axis, coefficients, heights, panels=panels), error)


def _framed(log_curves: Log, centre: Array, width: Array) -> tuple[_Axis, Array]:
    """Find where each curve ends: where it is next to nothing, or changes no more."""
    theta = centre + width * np.sinh(_REACH)[:, None]
    heights = log_curves(theta, ORDER)
    heights = np.where(np.isfinite(heights), heights, -np.inf)
    top = heights.max(axis=0)
    there = heights > top - _DEEP
    first, last = there.argmax(axis=0), len(there) - 1 - there[::-1].argmax(axis=0)
    size = _FLAT * np.maximum(1.0, np.abs(top))
    with np.errstate(invalid="ignore"):  # nothing less nothing: it does not move
        moves = np.abs(heights - heights[0]) > size
        back = np.abs(heights - heights[-1]) > size
    first = np.maximum(first, np.where(moves.any(axis=0), moves.argmax(axis=0) - 1, 0))
    still = len(back) - back[::-1].argmax(axis=0)
    last = np.minimum(last, np.where(back.any(axis=0), still, len(back) - 1))
    flat = last - first < 2
    low = np.where(flat, -1.0, _REACH[np.clip(first, 0, len(_REACH) - 1)])
    high = np.where(flat, 1.0, _REACH[np.clip(last, 0, len(_REACH) - 1)])
    return _Axis(centre, width, low, high), top


def _error(log_curves: Log, axis: _Axis, coefficients: Array, *, top: Array) -> float:
    """Compare with the curves themselves, their inner integrals sharper, between the nodes."""
    panels = coefficients.shape[1]
    x = np.array([-0.97, 0.09, 0.61])
    shares = ((np.arange(panels)[:, None] + 0.5 * (x + 1.0)) / panels).ravel()
    true = log_curves(axis.theta(shares), _SHARPER)
    values = np.polynomial.chebyshev.chebval(x, np.moveaxis(coefficients, -1, 0))
    found = values.reshape(-1, panels * len(x)).T
    relevant = true > top - _RELEVANT
    return float(np.max(np.abs(np.where(relevant, found - true, 0.0)), initial=0.0))


def _coefficients(heights: Array, panels: int) -> Array:
    """Chebyshev coefficients (k, panels, nodes) of values (panels·nodes, k)."""
    floor = np.where(np.isfinite(heights), heights, -1e4)
    shaped = floor.T.reshape(-1, panels, _NODES)
    return np.ascontiguousarray(shaped @ _transform().T)


def _table(axis: _Axis, coefficients: Array, heights: Array, *, panels: int) -> Table:
    ends = np.stack([axis.theta(np.array([end]))[0] for end in (0.0, 1.0)], axis=1)
    sides = np.array([-1.0, 1.0])
    outer = np.stack([coefficients[:, 0], coefficients[:, -1]], axis=1)
    powers = np.arange(_NODES)
    values = np.sum(outer * sides[:, None] ** powers, axis=2)
    slopes = np.sum(outer * sides[:, None] ** (powers + 1) * powers**2, axis=2)
    u = np.stack([axis.low, axis.high], axis=1)
    half = 0.5 * (axis.high - axis.low)[:, None] / panels
    slopes = slopes / (half * axis.scale[:, None] * np.cosh(u))
    at = heights.argmax(axis=0)
    peak = axis.theta(_nodes(panels))[at, np.arange(len(axis.low))]
    return Table(
        axis.centre.copy(), axis.scale.copy(), 1.0 / axis.scale, axis.low.copy(),
        panels / (axis.high - axis.low),
        coefficients, ends, values, slopes, peak, heights.max(axis=0),
    )  # fmt: skip


@lru_cache
def _nodes(panels: int) -> Array:
    """Chebyshev nodes of all panels, as shares of the way."""
    x = np.cos(np.pi * (np.arange(_NODES) + 0.5) / _NODES)
    return np.asarray(((np.arange(panels)[:, None] + 0.5 * (x + 1.0)) / panels).ravel())


@lru_cache
def _transform() -> Array:
    """Matrix from values at the Chebyshev nodes to coefficients."""
    angles = np.pi * (np.arange(_NODES) + 0.5) / _NODES
    matrix = 2.0 / _NODES * np.cos(np.outer(np.arange(_NODES), angles))
    matrix[0] *= 0.5
    return np.asarray(matrix)
