"""Curves of single trials as piecewise polynomials, so that they can be asked for anywhere.

On each axis θ = c + s·sinh(u), u in equal panels: near the estimate panels are a fraction of its
standard error long, in the tails as long as the tail. They end where log ℓ is a straight line, or
next to nothing is left. Panels are halved where the curve itself, between the nodes, is not what
the polynomial says.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consilience.engines.integrated.kernel import Table
from consilience.gaussian import Array
from consilience.likelihoods.curves import ORDER

_NODES = 14
_PANELS, _MOST = 20, 320
_DEEP = 690.0  # e^-690 is nearly the end of numbers
_RELEVANT = 60.0  # what lies deeper adds nothing to any integral
_REACH = np.linspace(-16.0, 16.0, 65)
_CLOSE = 2e-11
_NOISE, _BETTER = 1e-8, 0.3  # so small an error that a halved panel does not shrink is rounding
_STRAIGHT = 1e-12
_SHARPER = 3 * ORDER // 2
_BETWEEN = np.array([-0.97, 0.09, 0.61])

type Log = Callable[[Array, int], Array]
"""Log ℓᵢ (n, k) at true effects (n, k), with so many nodes of the inner integral; nan at nan."""


class Tabled(NamedTuple):
    """A table, and the largest error of each log ℓᵢ that was seen between its nodes, (k,)."""

    table: Table
    errors: Array

    @property
    def error(self) -> float:
        """The errors of all together."""
        return float(self.errors.sum())

    @property
    def size(self) -> int:
        """How many numbers it holds, about."""
        return self.table.coefficients.size

    def some(self, at: slice) -> "Tabled":
        """Give the curves of some trials."""
        return Tabled(Table(*(part[at] for part in self.table)), self.errors[at])


class _Axis(NamedTuple):
    """θ = centre + scale·sinh(u) for u from low to high, (k,) each."""

    centre: Array
    scale: Array
    low: Array
    high: Array
    slopes: Array
    """Of log ℓ beyond both ends, (k, 2); nan where it is no straight line there."""

    def at(self, share: Array, trial: NDArray[np.intp]) -> Array:
        """Give θ (m, n) of trials (m,) at shares (m, n) of the way."""
        low, length = self.low[trial, None], (self.high - self.low)[trial, None]
        return self.centre[trial, None] + self.scale[trial, None] * np.sinh(low + share * length)


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
    pieces = _cut(log_curves, axis, np.ones((len(centre), _PANELS), dtype=bool), top=top)
    odd = pieces.errors > _CLOSE
    while odd.any() and odd.shape[1] < _MOST:
        halved = _Pieces(_halved(pieces.coefficients), np.repeat(pieces.errors, 2, axis=1))
        odd = np.repeat(odd, 2, axis=1)
        finer = _cut(log_curves, axis, odd, top=top)
        noise = (finer.errors < _NOISE) & (finer.errors > _BETTER * halved.errors)
        pieces = _Pieces(*(np.where(_beside(odd, new), new, old)
                           for new, old in zip(finer, halved, strict=True)))  # fmt: skip
        odd &= (finer.errors > _CLOSE) & ~noise
    return Tabled(_table(axis, pieces.coefficients), pieces.errors.max(axis=1, initial=0.0))


class _Pieces(NamedTuple):
    """Polynomials on equal panels."""

    coefficients: Array
    """Of Chebyshev polynomials, (k, panels, nodes)."""
    errors: Array
    """(k, panels)."""


def _beside(odd: NDArray[np.bool_], values: Array) -> NDArray[np.bool_]:
    return odd.reshape(odd.shape + (1,) * (values.ndim - odd.ndim))


def _cut(log_curves: Log, axis: _Axis, odd: NDArray[np.bool_], *, top: Array) -> _Pieces:
    """Find the polynomials on some of the panels (k, panels); nothing on the others."""
    heights = _asked(log_curves, axis, odd, shares=_nodes(), order=ORDER)
    floor = np.where(np.isfinite(heights), heights, -1e4)
    coefficients = floor @ _transform().T
    true = _asked(log_curves, axis, odd, shares=0.5 * (_BETWEEN + 1.0), order=_SHARPER)
    found = coefficients @ _values(_BETWEEN).T
    relevant = (true > top[:, None, None] - _RELEVANT) & odd[:, :, None]
    return _Pieces(coefficients, np.max(np.abs(np.where(relevant, found - true, 0.0)), axis=2))


def _asked(
    log_curves: Log, axis: _Axis, odd: NDArray[np.bool_], *, shares: Array, order: int
) -> Array:
    """Ask at shares of some panels: (k, panels, shares), nothing on the others.

    As many rows are asked for as the trial with most panels needs.
    """
    k, panels = odd.shape
    rank = np.cumsum(odd, axis=1) - 1
    trial, panel = np.nonzero(odd)
    rows = rank[trial, panel]
    wanted = np.full((int(rows.max(initial=-1)) + 1, len(shares), k), np.nan)
    way = (panel[:, None] + shares) / panels
    wanted[rows, :, trial] = axis.at(way, trial)
    found = log_curves(wanted.reshape(-1, k), order).reshape(wanted.shape)
    whole = np.full((k, panels, len(shares)), -np.inf)
    whole[trial, panel] = found[rows, :, trial]
    return whole


def _framed(log_curves: Log, centre: Array, width: Array) -> tuple[_Axis, Array]:
    """Find where each curve ends: where it is next to nothing, or straight from there on."""
    theta = centre + width * np.sinh(_REACH)[:, None]
    heights = log_curves(theta, ORDER)
    heights = np.where(np.isfinite(heights), heights, -np.inf)
    top = heights.max(axis=0)
    there = heights > top - _DEEP
    above, upper = _bend(theta, heights, there)
    below, lower = _bend(-theta[::-1], heights[::-1], there[::-1])
    first, last = len(there) - 1 - below, above
    flat = last - first < 2
    low, high = np.where(flat, -1.0, _REACH[first]), np.where(flat, 1.0, _REACH[last])
    return _Axis(centre, width, low, high, np.stack([-lower, upper], axis=1)), top


def _bend(theta: Array, heights: Array, there: NDArray[np.bool_]) -> tuple[NDArray[np.intp], Array]:
    """Find where curves (n, k) begin to be straight up to the last point that is there.

    That point itself where they do not become straight before; the slope is no number then.
    """
    every = np.arange(theta.shape[1])
    last = len(there) - 1 - there[::-1].argmax(axis=0)
    before = np.maximum(last - 1, 0)
    end, high = theta[last, every], heights[last, every]
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (high - heights[before, every]) / (end - theta[before, every])
        off = np.abs(heights - high - slope * (theta - end))
    rank = np.arange(len(there))[:, None]
    bent = ~(off <= _STRAIGHT * np.maximum(1.0, np.abs(high))) & (rank < last)
    start = np.where(bent.any(axis=0), len(bent) - bent[::-1].argmax(axis=0), 0)
    straight = start < before
    return np.where(straight, start, last), np.where(straight, slope, np.nan)


def _table(axis: _Axis, coefficients: Array) -> Table:
    trial, panels = np.arange(len(axis.low)), coefficients.shape[1]
    ends = np.stack([axis.at(np.array([[end]]), trial)[:, 0] for end in (0.0, 1.0)], axis=1)
    sides = np.array([-1.0, 1.0])
    outer = np.stack([coefficients[:, 0], coefficients[:, -1]], axis=1)
    powers = np.arange(_NODES)
    values = np.sum(outer * sides[:, None] ** powers, axis=2)
    slopes = np.sum(outer * sides[:, None] ** (powers + 1) * powers**2, axis=2)
    u = np.stack([axis.low, axis.high], axis=1)
    half = 0.5 * (axis.high - axis.low)[:, None] / panels
    slopes = slopes / (half * axis.scale[:, None] * np.cosh(u))
    falling = np.stack([np.maximum(slopes[:, 0], 0.0), np.minimum(slopes[:, 1], 0.0)], axis=1)
    slopes = np.where(np.isnan(axis.slopes), falling, axis.slopes)
    heights = (coefficients @ _values(_points()).T).reshape(len(trial), -1)
    at = heights.argmax(axis=1)
    share = (at // _NODES + _nodes()[at % _NODES]) / panels
    return Table(
        axis.centre.copy(), axis.scale.copy(), 1.0 / axis.scale, axis.low.copy(),
        panels / (axis.high - axis.low),
        coefficients, ends, values, slopes, axis.at(share[:, None], trial)[:, 0],
        heights.max(axis=1),
    )  # fmt: skip


def _halved(coefficients: Array) -> Array:
    """Give the same polynomials on panels half as long."""
    both = np.stack([coefficients @ _half(side).T for side in (-1.0, 1.0)], axis=2)
    return np.ascontiguousarray(both.reshape(len(coefficients), -1, _NODES))


@lru_cache
def _half(side: float) -> Array:
    """Matrix from coefficients on a panel to those on its lower or upper half."""
    return np.asarray(_transform() @ _values(0.5 * (_points() + side)))


@lru_cache
def _points() -> Array:
    """Chebyshev nodes, from 1 to −1."""
    return np.asarray(np.cos(np.pi * (np.arange(_NODES) + 0.5) / _NODES))


def _nodes() -> Array:
    """Give the nodes as shares of a panel."""
    return 0.5 * (_points() + 1.0)


def _values(x: Array) -> Array:
    """Matrix from coefficients to values at points of the panel."""
    return np.asarray(np.polynomial.chebyshev.chebvander(x, _NODES - 1), dtype=float)


@lru_cache
def _transform() -> Array:
    """Matrix from values at the Chebyshev nodes to coefficients."""
    angles = np.pi * (np.arange(_NODES) + 0.5) / _NODES
    matrix = 2.0 / _NODES * np.cos(np.outer(np.arange(_NODES), angles))
    matrix[0] *= 0.5
    return np.asarray(matrix)
