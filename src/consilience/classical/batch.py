"""Many data sets at once: padded arrays, weighted means at a tau² of each, roots side by side."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from consilience.classical.wls import Floats, beyond_rounding

_TOLERANCE = 1e-13
_NEGLIGIBLE = 1e-9
_MAX_STEPS = 200
_CELLS = 2**16

type Function = Callable[[NDArray[np.int64], "BatchWeighted"], tuple[Floats, Floats]]


@dataclass(frozen=True)
class Batch:
    """Data sets of the same or nearly the same size, one a row, each about its own mean.

    Parameters
    ----------
    y, v : ndarray, shape (n, m)
        Estimates less their plain mean, and sampling variances; zero and one where a set has ended.
    present : ndarray of bool, shape (n, m)
        Where a set has an estimate.
    """

    y: Floats
    v: Floats
    present: NDArray[np.bool_]

    @cached_property
    def k(self) -> NDArray[np.int64]:
        """Number of estimates in each set, shape (n,)."""
        return self.present.sum(axis=1)

    @cached_property
    def full(self) -> bool:
        """Whether all sets are of one size."""
        return bool(self.present.all())

    @property
    def df(self) -> NDArray[np.int64]:
        """``k - 1``."""
        return self.k - 1

    def at(self, tau2: Floats) -> "BatchWeighted":
        """Weight each set at a tau² of its own, shape (n,)."""
        weights = 1.0 / (self.v + tau2[:, None])
        return BatchWeighted(self, weights if self.full else np.where(self.present, weights, 0.0))

    def rows(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> "Batch":
        """Keep some of the sets."""
        return Batch(self.y[chosen], self.v[chosen], self.present[chosen])

    def sets(self) -> Iterator[tuple[Floats, Floats, Floats]]:
        """Give each set as ``y, v, X``."""
        for y, v, present in zip(self.y, self.v, self.present, strict=True):
            yield y[present], v[present], np.ones((int(present.sum()), 1))

    def largest(self) -> Floats:
        """Largest sampling variance of each set."""
        return np.where(self.present, self.v, 0.0).max(axis=1)

    def smallest(self) -> Floats:
        """Smallest sampling variance of each set."""
        return np.where(self.present, self.v, np.inf).min(axis=1)


@dataclass(frozen=True)
class BatchWeighted:
    """Weighted means of a batch and what follows from ``P = W - W 1 1'W / Σw``, each shape (n,).

    Parameters
    ----------
    batch : Batch
    w : ndarray, shape (n, m)
        Weights, zero where a set has ended.
    """

    batch: Batch
    w: Floats

    @cached_property
    def total(self) -> Floats:
        """``Σw``."""
        return self.w.sum(axis=1)

    @cached_property
    def squares(self) -> Floats:
        """``Σw²``."""
        return np.einsum("nm,nm->n", self.w, self.w)

    @cached_property
    def mean(self) -> Floats:
        """Weighted mean, about the plain one."""
        return np.einsum("nm,nm->n", self.w, self.batch.y) / self.total

    @cached_property
    def residual(self) -> Floats:
        """``y - mean``, shape (n, m)."""
        return self.batch.y - self.mean[:, None]

    @cached_property
    def projected(self) -> Floats:
        """``P y``, shape (n, m)."""
        return self.w * self.residual

    @cached_property
    def Q(self) -> Floats:
        """``y'P y``."""
        return np.einsum("nm,nm->n", self.projected, self.residual)

    @cached_property
    def squared(self) -> Floats:
        """``y'PP y``."""
        return np.einsum("nm,nm->n", self.projected, self.projected)

    @cached_property
    def cubed(self) -> Floats:
        """``y'PPP y``."""
        cross = np.einsum("nm,nm->n", self.w, self.projected)
        return np.einsum("nm,nm,nm->n", self.w, self.projected, self.projected) - (
            cross**2 / self.total
        )

    @cached_property
    def trace(self) -> Floats:
        """``tr P``."""
        return self.total - self.squares / self.total

    @cached_property
    def trace2(self) -> Floats:
        """``tr PP``."""
        share = self.squares / self.total
        cubes = np.einsum("nm,nm,nm->n", self.w, self.w, self.w)
        return self.squares - 2 * cubes / self.total + share**2

    @cached_property
    def logs(self) -> Floats:
        """``Σ log w``."""
        weights = self.w if self.batch.full else np.where(self.batch.present, self.w, 1.0)
        return np.log(weights).sum(axis=1)


def falling_roots(
    function: Function, batch: Batch, bracket: tuple[Floats, Floats], *, start: Floats
) -> Floats:
    """Solve ``f(x) = 0`` for each set by Newton steps that a bracket keeps safe.

    The rule is that of :func:`consilience.classical.roots.falling_root`, for all sets at once;
    those that are done are set aside once they are half of what is left.

    Parameters
    ----------
    function : callable
        ``places, fit -> (f, f')``: the places of the sets still open, and their fits at x.
    batch : Batch
        n sets.
    bracket : tuple of ndarray, shape (n,)
        ``f(low) >= 0 >= f(high)``.
    start : ndarray, shape (n,)
        First guesses.

    Returns
    -------
    ndarray, shape (n,)
        To a relative 1e-13; nan where the search did not end.
    """
    found = np.full(len(start), np.nan)
    places = np.arange(len(start))
    state = np.stack([start, *bracket, bracket[1] - bracket[0], _NEGLIGIBLE * bracket[1]])
    for _ in range(_MAX_STEPS):
        state = _stepped(state, *function(places, batch.at(state[0])))
        done = state[3] <= _TOLERANCE * np.maximum(state[0], state[4])
        found[places[done]] = state[0, done]
        if done.all():
            break
        if 2 * done.sum() >= len(done):
            places, state, batch = places[~done], state[:, ~done], batch.rows(~done)
    return found


def _stepped(state: Floats, value: Floats, slope: Floats) -> Floats:
    """Step once: x, low, high, the last step's length, and the floor below which x is zero."""
    x, low, high, last, floor = state
    low, high = np.where(value > 0, x, low), np.where(value > 0, high, x)
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.where(slope < 0, -value / slope, high - low)
    safe = (low <= x + step) & (x + step <= high) & (2 * np.abs(step) <= last)
    step = np.where(safe, step, (low + high) / 2 - x)
    return np.stack([x + step, low, high, np.abs(step), floor])


def batches(
    y: Floats, v: Floats, starts: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], Batch]]:
    """Cut data sets, one behind the other, into batches of like size that fit the cache.

    Parameters
    ----------
    y, v : ndarray, shape (rows,)
    starts : ndarray of int, shape (sets + 1,)
        The row with which each set begins, and the number of rows.

    Yields
    ------
    places : ndarray of int, shape (n,)
        Which sets these are.
    batch : Batch
    """
    sizes = np.diff(starts)
    order = np.argsort(sizes, kind="stable")
    begin = 0
    while begin < len(order):
        width = int(sizes[order[begin]])
        # Sets up to an eighth larger share a batch.
        end = int(np.searchsorted(sizes[order], width + width // 8, side="right"))
        end = min(end, begin + max(1, _CELLS // width))
        places = order[begin:end]
        yield places, _padded(y, v, starts=starts[places], sizes=sizes[places])
        begin = end


def _padded(y: Floats, v: Floats, *, starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> Batch:
    """Lay sets out in rows as wide as the largest, each centred on its own mean."""
    columns = np.arange(int(sizes.max()))
    present = columns < sizes[:, None]
    rows = np.where(present, starts[:, None] + columns, starts[:, None])
    given = y[rows]
    mean = np.where(present, given, 0.0).sum(axis=1) / sizes
    given = np.where(present, given, 0.0)
    centred = beyond_rounding(np.where(present, given - mean[:, None], 0.0), given)
    return Batch(centred, np.where(present, v[rows], 1.0), present)
