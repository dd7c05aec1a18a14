"""The normal equations of levels within levels, prepared: what is the same at all nodes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact.block_solve import extent, places_of
from consilience.engines.exact.solve import Equations, Nodes, equations
from consilience.gaussian import Array, Bonds, Point, Scatter

if TYPE_CHECKING:
    from collections.abc import Callable

    from consilience.engines.exact.nest_kernel import Nest

type Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class NestEquations(Equations):
    """Normal equations of y ~ N(Wβ, V + H(φ)), V diagonal, H of levels within levels.

    Its nodes come with the values of `levels_of` in place of h(φ).

    Parameters
    ----------
    nest : Nest
        The estimates that count, in trees.
    """

    nest: "Nest"

    def _fill_at[T](self, pieces: Nodes, found: T, *, roots: bool) -> None:
        """See `Equations._fill_at`."""
        from consilience.engines.exact import block_kernel, kernel, nest_kernel

        loop = nest_kernel.root_loop() if roots else nest_kernel.loop()
        fill = cast("Callable[..., None]", loop)
        largest, cells = extent(self.nest.blocks)
        room = block_kernel.room(len(self.offset), (1, largest), cells)
        for at, values, c in pieces:
            nodes = kernel.Nodes(at, values, c, self.known)
            fill(nest_kernel.Work(self.nest.blocks, self.nest, nodes), room, found)


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


def nest_equations(
    W: Array, y: Array, *, bonds: Bonds, wide: bool, prior: tuple[Array, Array]
) -> NestEquations:
    """Prepare the normal equations of y ~ N(Wβ, V + H(φ)).

    Parameters
    ----------
    W : array (k, m)
        The columns.
    y : array (k,)
        Estimates.
    bonds : Bonds
        Their errors, and the one tie.
    wide : bool
        Whether each true effect has a variance of its own.
    prior : tuple of array (m,)
        Prior means and standard deviations of the coefficients; sd is infinite where it is flat.
    """
    mean, sd = prior
    plain = equations(W, y, bonds.errors.v, mean=mean, sd=sd)
    whole = {slot: getattr(plain, slot) for slot in Equations.__slots__}
    return NestEquations(**whole, nest=_grown(W, plain.residual, bonds=bonds, wide=wide))


class _Tree(NamedTuple):
    """Rows of one tree: its estimates, then its units, with first and last part and level."""

    first: Positions
    last: Positions
    level: Positions


def _grown(W: Array, residual: Array, *, bonds: Bonds, wide: bool) -> "Nest":

    from consilience.engines.exact.block_kernel import Blocks
    from consilience.engines.exact.nest_kernel import Nest

    labels = bonds.ties.effects[0].labels
    counted = np.flatnonzero(np.isfinite(bonds.errors.v))
    order = counted[np.lexsort(labels[counted].T[::-1])]
    cuts = np.flatnonzero(np.diff(labels[order, 0])) + 1
    blocks = np.split(order, cuts) if len(order) else []
    trees = [_tree(labels[at], len(residual) if wide else 1) for at in blocks]
    pairs = list(zip(blocks, trees, strict=True))
    columns = [np.flatnonzero((W[at] != 0.0).any(axis=0)) for at in blocks]
    heads = [[len(t.first), len(c)] for t, c in zip(trees, columns, strict=True)]
    values = (
        _values(W[at][:, own], residual[at], len(tree.first))
        for (at, tree), own in zip(pairs, columns, strict=True)
    )
    found = Blocks(
        places_of(np.array(heads, dtype=np.intp).reshape(-1, 2), square=False),
        _joined((_padded(bonds.errors.v[at], tree) for at, tree in pairs), float),
        _joined((_padded(at if wide else 0 * at, tree) for at, tree in pairs), np.intp)[:, None],
        np.zeros((0, 1)),
        _joined(iter(columns), np.intp),
        _joined(values, float),
        np.zeros(0),
    )
    parts = (_joined((tree[place] for tree in trees), np.intp) for place in range(3))
    return Nest(found, np.array([len(at) for at in blocks], dtype=np.intp), *parts)


def _tree(labels: Positions, scatters: int) -> _Tree:
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
    return _Tree(np.concatenate(first), np.concatenate(last), np.concatenate(level))


def _values(columns: Array, residual: Array, rows: int) -> Array:
    """Lay columns and residuals of n estimates out as they are turned, in so many rows each."""
    whole = np.zeros((columns.shape[1] + 1, rows))
    whole[:, : len(residual)] = np.vstack([columns.T, residual])
    return whole.ravel()


def _padded[T: np.generic](values: NDArray[T], tree: _Tree) -> NDArray[T]:
    """Put zeros where a row is a unit."""
    return np.concatenate([values, np.zeros(len(tree.first) - len(values), values.dtype)])


def _joined[T: np.generic](pieces: Iterator[NDArray[T]], kind: type) -> NDArray[T]:
    return np.concatenate([np.zeros(0, kind), *pieces])
