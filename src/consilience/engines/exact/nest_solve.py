"""The normal equations of levels within levels, prepared: what is the same at all nodes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from consilience.gaussian import Array, Bonds, Point, Scatter

if TYPE_CHECKING:
    from consilience.engines.exact.blocks import Blocks

type Positions = NDArray[np.intp]


def nests(bonds: Bonds) -> bool:
    """Say whether all that ties estimates are levels within levels of their true effects."""
    ties = bonds.ties
    if ties.none:
        return False
    alone = bonds.errors.independent and not ties.errors and len(ties.effects) == 1
    return alone and bool(ties.effects[0].levels)


def levels_of(bonds: Bonds, scatter: Scatter, point: Point) -> Array:
    """Put each estimate's own scatter and the variances of the levels side by side, (nodes, …)."""
    own = scatter.own_variance(point)
    squares = [point[name][:, None] ** 2 for name in bonds.ties.effects[0].levels]
    wide = [np.broadcast_to(each, (len(squares[0]), each.shape[1])) for each in (own, *squares)]
    return np.ascontiguousarray(np.hstack(wide), dtype=float)


class _Rows(NamedTuple):
    """Rows of one tree: its estimates, then its units, with first and last part and level."""

    first: Positions
    last: Positions
    level: Positions


def trees(W: Array, residual: Array, *, bonds: Bonds, wide: bool) -> "Blocks":
    """Lay the estimates that count out in a tree for each outermost unit.

    Parameters
    ----------
    W : array (k, m)
        The columns.
    residual : array (k,)
        y − Wb.
    bonds : Bonds
        Their errors, and the one tie.
    wide : bool
        Whether each true effect has a variance of its own.
    """
    from consilience.engines.exact.blocks import Blocks, Tree, places_of

    v, labels = bonds.errors.v, bonds.ties.effects[0].labels
    members = _members(labels, np.flatnonzero(np.isfinite(v)))
    rows = [_rows_of(labels[at], len(residual) if wide else 1) for at in members]
    grown = list(zip(members, rows, strict=True))
    columns = [np.flatnonzero((W[at] != 0.0).any(axis=0)) for at in members]
    values = (
        _values(W[at][:, own], residual[at], len(tree.first))
        for (at, tree), own in zip(grown, columns, strict=True)
    )
    heads = [(len(t.first), len(at), len(c)) for (at, t), c in zip(grown, columns, strict=True)]
    sources = _joined((_padded(at if wide else 0 * at, tree) for at, tree in grown), np.intp)
    return Blocks(
        places=places_of(*np.array(heads, dtype=np.intp).reshape(-1, 3).T),
        base=_joined((_padded(v[at], tree) for at, tree in grown), float),
        sources=sources[:, None],
        factors=np.zeros((0, 1)),
        columns=_joined(iter(columns), np.intp),
        values=_joined(values, float),
        tree=Tree(*(_joined((tree[place] for tree in rows), np.intp) for place in range(3))),
    )


def _members(labels: Positions, counted: Positions) -> list[Positions]:
    """Say which estimates each outermost unit has, sorted by all of their labels."""
    order = counted[np.lexsort(labels[counted].T[::-1])]
    cuts = np.flatnonzero(np.diff(labels[order, 0])) + 1
    return np.split(order, cuts) if len(order) else []


def _rows_of(labels: Positions, scatters: int) -> _Rows:
    """Lay the units of sorted estimates out, from the innermost level out."""
    k, depth = labels.shape
    first, last, level = [np.zeros(k, np.intp)], [np.zeros(k, np.intp)], [np.zeros(k, np.intp)]
    start, parts = 0, labels
    for place in range(depth - 1, -1, -1):
        cuts = np.concatenate([[0], np.flatnonzero(np.diff(parts[:, place])) + 1, [len(parts)]])
        first.append(start + cuts[:-1])
        last.append(start + cuts[1:])
        level.append(np.full(len(cuts) - 1, scatters + place))
        start += len(parts)
        parts = parts[cuts[:-1]]
    return _Rows(np.concatenate(first), np.concatenate(last), np.concatenate(level))


def _values(columns: Array, residual: Array, rows: int) -> Array:
    """Lay columns and residuals of n estimates out as they are turned, in so many rows each."""
    whole = np.zeros((columns.shape[1] + 1, rows))
    whole[:, : len(residual)] = np.vstack([columns.T, residual])
    return whole.ravel()


def _padded[T: np.generic](values: NDArray[T], tree: _Rows) -> NDArray[T]:
    """Put zeros where a row is a unit."""
    return np.concatenate([values, np.zeros(len(tree.first) - len(values), values.dtype)])


def _joined[T: np.generic](pieces: Iterator[NDArray[T]], kind: type) -> NDArray[T]:
    """Put pieces of one kind one after the other; none are an empty array of that kind."""
    return np.concatenate([np.zeros(0, kind), *pieces])
