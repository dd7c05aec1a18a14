"""The normal equations of correlated estimates, prepared: what is the same at all nodes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact.solve import Equations, Nodes, equations
from consilience.gaussian import Array, Bonds

if TYPE_CHECKING:
    from collections.abc import Callable

    from consilience.engines.exact.block_kernel import Blocks
    from consilience.gaussian.bonds import Blocks as OneSize

type Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class BlockEquations(Equations):
    """Normal equations of y ~ N(Wβ, V(φ) + H(φ)), block by block.

    Its nodes come with values(φ) from which the entries of V + H are made, in place of h(φ); see
    `values_of`.

    Parameters
    ----------
    blocks : Blocks
        The estimates that count, in blocks; those that are independent are blocks of their own.
    """

    blocks: "Blocks"

    def _fill_at[T](self, pieces: Nodes, found: T, *, roots: bool) -> None:
        """See `Equations._fill_at`."""
        from consilience.engines.exact import block_kernel, kernel

        loop = block_kernel.root_loop() if roots else block_kernel.loop()
        fill = cast("Callable[..., None]", loop)
        largest, cells = extent(self.blocks)
        room = block_kernel.room(len(self.offset), (largest, largest), cells)
        for at, values, c in pieces:
            nodes = kernel.Nodes(at, values, c, self.known)
            fill(block_kernel.Work(self.blocks, nodes), room, found)


def extent(blocks: "Blocks") -> tuple[int, int]:
    """Give the size of the largest block, and how many numbers are turned."""
    from consilience.engines.exact.block_kernel import PAIRS, SIZE

    size, pairs = blocks.places[:, SIZE], blocks.places[:, PAIRS]
    return int(size.max(initial=1)), int(np.sum(size * (pairs + 1)))


def block_equations(
    W: Array, y: Array, *, bonds: Bonds, wide: bool, prior: tuple[Array, Array]
) -> BlockEquations:
    """Prepare the normal equations of y ~ N(Wβ, V(φ) + H(φ)).

    Parameters
    ----------
    W : array (k, m)
        The columns.
    y : array (k,)
        Estimates.
    bonds : Bonds
        Who is correlated with whom.
    wide : bool
        Whether each true effect has a variance of its own.
    prior : tuple of array (m,)
        Prior means and standard deviations of the coefficients; sd is infinite where it is flat.
    """
    mean, sd = prior
    plain = equations(W, y, bonds.errors.v, mean=mean, sd=sd)
    whole = {slot: getattr(plain, slot) for slot in Equations.__slots__}
    return BlockEquations(**whole, blocks=_laid_out(W, plain.residual, bonds=bonds, wide=wide))


def values_of(h: Array, values: tuple[Array, ...]) -> Array:
    """Put the scatter h (nodes, k or 1) and the ties' values side by side, (nodes, columns)."""
    nodes = max(len(h), *(len(each) for each in values)) if values else len(h)
    wide = [np.broadcast_to(each, (nodes, each.shape[1])) for each in (h, *values)]
    return np.ascontiguousarray(np.hstack(wide), dtype=float)


@dataclass(frozen=True, slots=True)
class _Sizes:
    """The arrays of all blocks of one size."""

    heads: Positions
    base: Array
    sources: Positions
    factors: Array
    columns: Positions
    values: Array
    residual: Array


def _laid_out(W: Array, residual: Array, *, bonds: Bonds, wide: bool) -> "Blocks":
    from consilience.engines.exact.block_kernel import Blocks

    starts = _starts(bonds, len(residual) if wide else 1)
    pieces = [_of_size(W, residual, block=b, starts=starts) for b in bonds.laid_out(least=1)]
    if not pieces:
        empty = np.zeros(0)
        none = np.zeros(0, dtype=np.intp)
        entries = np.zeros((0, 1))
        return Blocks(
            none.reshape(0, 6), empty, entries.astype(np.intp), entries, none, empty, empty
        )
    joined = {
        name: np.concatenate([getattr(piece, name) for piece in pieces])
        for name in ("base", "sources", "factors", "columns", "values", "residual")
    }
    return Blocks(places_of(np.concatenate([piece.heads for piece in pieces])), **joined)


def places_of(heads: Positions, *, square: bool = True) -> Positions:
    """Say where what stands for blocks with these sizes and numbers of columns (blocks, 2).

    Parameters
    ----------
    heads : array of int (blocks, 2)
        Sizes, and numbers of columns.
    square : bool
        Whether a block has an entry for every pair of its rows, or one for each.
    """
    size, pairs = heads.T
    entries = size * (size + 1) // 2 if square else size
    row, entry, pair, white = (
        np.cumsum(each) - each for each in (size, entries, pairs, size * (pairs + 1))
    )
    return np.stack([size, row, entry, pair, pairs, white], axis=1)


def _starts(bonds: Bonds, scatters: int) -> list[int]:
    """Say in which column of the nodes' values each tie's begin; the scatter has the first."""
    return np.cumsum([scatters, *(tie.width for tie in bonds.ties)]).tolist()


def _of_size(W: Array, residual: Array, *, block: "OneSize", starts: list[int]) -> _Sizes:
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
    return _Sizes(
        heads=np.stack([np.full(n, m), np.bincount(which, minlength=n)], axis=1),
        base=block.V[:, i, j].ravel(),
        sources=sources.reshape(-1, len(ties) + 1),
        factors=factors.reshape(-1, len(ties) + 1),
        columns=columns,
        values=own[which, :, columns].ravel(),
        residual=residual[at].ravel(),
    )
