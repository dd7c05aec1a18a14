"""The normal equations of correlated estimates, prepared: what is the same at all nodes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact.solve import Equations, Nodes
from consilience.gaussian import Array, Bonds

if TYPE_CHECKING:
    from collections.abc import Callable

    from consilience.engines.exact.blocks import Blocks
    from consilience.gaussian.bonds import Blocks as OneSize

type Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class BlockEquations(Equations):
    """Normal equations of y ~ N(Wβ, V(φ) + H(φ)), block by block.

    Its nodes come with values(φ) from which the entries of V + H are made, in place of h(φ): those
    of `values_of`, or of `nest_solve.levels_of` where the blocks are trees.

    Parameters
    ----------
    blocks : Blocks
        The estimates that count, in blocks; those that are independent are blocks of their own.
    """

    blocks: "Blocks"

    def _fill_at[T](self, pieces: Nodes, found: T, *, roots: bool) -> None:
        """See `Equations._fill_at`."""
        from consilience.engines.exact import block_kernel, blocks, kernel

        loop = block_kernel.root_loop() if roots else block_kernel.loop()
        fill = cast("Callable[..., None]", loop)
        room = blocks.room(len(self.offset), self.blocks)
        for at, values, c in pieces:
            nodes = kernel.Nodes(at, values, c, self.known)
            fill(blocks.Work(self.blocks, nodes), room, found)


def in_blocks(plain: Equations, blocks: "Blocks") -> BlockEquations:
    """Make equations of single estimates those of the same estimates in blocks."""
    whole = {slot: getattr(plain, slot) for slot in Equations.__slots__}
    return BlockEquations(**whole, blocks=blocks)


def values_of(h: Array, values: tuple[Array, ...]) -> Array:
    """Put the scatter h (nodes, k or 1) and the ties' values side by side, (nodes, columns)."""
    nodes = max(len(h), *(len(each) for each in values)) if values else len(h)
    wide = [np.broadcast_to(each, (nodes, each.shape[1])) for each in (h, *values)]
    return np.ascontiguousarray(np.hstack(wide), dtype=float)


class _OfSize(NamedTuple):
    """The arrays of all whole blocks of one size; see `Blocks`."""

    sizes: Positions
    pairs: Positions
    base: Array
    sources: Positions
    factors: Array
    columns: Positions
    values: Array


def whole_blocks(W: Array, residual: Array, *, bonds: Bonds, wide: bool) -> "Blocks":
    """Lay all estimates out in whole blocks; independent ones are blocks of one.

    Parameters
    ----------
    W : array (k, m)
        The columns.
    residual : array (k,)
        y − Wb.
    bonds : Bonds
        Who is correlated with whom.
    wide : bool
        Whether each true effect has a variance of its own.
    """
    from consilience.engines.exact.blocks import Blocks, Tree, places_of

    starts = _starts(bonds, len(residual) if wide else 1)
    pieces = [_of_size(W, residual, block=b, starts=starts) for b in bonds.laid_out(least=1)]
    none = np.zeros(0, dtype=np.intp)
    if not pieces:
        empty, entries = np.zeros(0), np.zeros((0, 1))
        pieces = [_OfSize(none, none, empty, entries.astype(np.intp), entries, none, empty)]
    whole = _OfSize(*(np.concatenate(each) for each in zip(*pieces, strict=True)))
    return Blocks(
        places=places_of(whole.sizes, 0 * whole.sizes, whole.pairs),
        base=whole.base,
        sources=whole.sources,
        factors=whole.factors,
        columns=whole.columns,
        values=whole.values,
        tree=Tree(none, none, none),
    )


def _starts(bonds: Bonds, scatters: int) -> list[int]:
    """Say in which column of the nodes' values each tie's begin; the scatter has the first."""
    return np.cumsum([scatters, *(tie.width for tie in bonds.ties)]).tolist()


def _of_size(W: Array, residual: Array, *, block: "OneSize", starts: list[int]) -> _OfSize:
    """Lay the n blocks of m estimates out: of what entries are made, and columns that count."""
    (n, m), at = block.at.shape, block.at
    i, j = np.tril_indices(m)
    ties = [*block.effects, *block.errors]
    shape = (n, len(i), len(ties) + 1)
    sources, factors = np.zeros(shape, dtype=np.intp), np.zeros(shape)
    diagonal = np.flatnonzero(i == j)
    sources[:, diagonal, 0] = at if starts[0] > 1 else 0
    factors[:, diagonal, 0] = 1.0
    for place, tie in enumerate(ties):
        sources[:, :, place + 1] = starts[place] + tie.codes[:, i, j]
        factors[:, :, place + 1] = tie.factors[:, i, j]
    own = W[at]
    which, columns = np.nonzero((own != 0.0).any(axis=1))
    pairs = np.bincount(which, minlength=n)
    return _OfSize(
        sizes=np.full(n, m),
        pairs=pairs,
        base=block.V[:, i, j].ravel(),
        sources=sources.reshape(-1, len(ties) + 1),
        factors=factors.reshape(-1, len(ties) + 1),
        columns=columns,
        values=np.insert(own[which, :, columns], np.cumsum(pairs), residual[at], axis=0).ravel(),
    )
