"""Curves of single trials as piecewise polynomials, so that they can be asked for anywhere.

On each axis θ = c + s·sinh(u), u in equal panels: near the estimate panels are a fraction of its
standard error long, in the tails, where log ℓ becomes a straight line, as long as the tail. Panels
are halved where the curve itself, between the nodes, is not what the polynomial says.
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
_FLAT = 1e-15
_SHARPER = 3 * ORDER // 2
_BETWEEN = np.array([-0.97, 0.09, 0.61])

type Log = Callable[[Array, int], Array]
"""Log ℓᵢ (n, k) at true effects (n, k), with so many nodes of the inner integral; nan at nan."""


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
    return Tabled(_table(axis, pieces.coefficients), float(pieces.errors.max(initial=0.0)))


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
    found = np.moveaxis(np.polynomial.chebyshev.chebval(
        _BETWEEN, np.moveaxis(coefficients, -1, 0)), -1, 2)  # fmt: skip
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
