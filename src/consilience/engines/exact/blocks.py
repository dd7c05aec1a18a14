"""Estimates that depend on one another, block by block, as the compiled loops read them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact import kernel
from consilience.engines.exact.kernel import Bench, Nodes
from consilience.engines.exact.lanes import LANES
from consilience.gaussian import Array

type Positions = NDArray[np.intp]

SIZE, LEAVES, ENTRY, PAIR, PAIRS, WHITE = range(6)
"""What a row of `Blocks.places` says: how many rows; how many of these are estimates of a tree, or
0 in a whole block; where its entries and its columns start; how many columns; where its turned
columns are written."""


class Tree(NamedTuple):
    """The units of all trees, row by row as `Blocks.base`; without rows if there is no tree."""

    first: Positions
    """Of a row that is a unit, its first part among the rows of the tree, (e,)."""
    last: Positions
    """One behind its last part."""
    level: Positions
    """Where a node's values hold the variance of its level."""


class Blocks(NamedTuple):
    """The blocks of y − Wb ~ N(W(β − b), S(φ)), one after the other.

    A whole block has a row for each of its estimates, and an entry for each pair of them. A tree
    (levels within levels) has a row and an entry for each of its estimates, then for each of its
    units from the innermost out.
    """

    places: Positions
    """What stands where, (blocks, 6)."""
    base: Array
    """What does not depend on φ, (e,): the entries of S below and on the diagonal, row by row; in
    a tree the v of the estimates."""
    sources: Positions
    """Columns of a node's values that are added to an entry, (e, t)."""
    factors: Array
    """What these are multiplied by, (e, t); trees have none."""
    columns: Positions
    """The columns of W that are not all zero in each block."""
    values: Array
    """Their values, those of one column together, and the residuals behind the last, (cells,)."""
    tree: Tree


class Work(NamedTuple):
    """What there is to do; the nodes' h are the values from which S is made."""

    blocks: Blocks
    nodes: Nodes


class Room(NamedTuple):
    """Room for `LANES` nodes."""

    bench: Bench
    S: Array
    """Of the largest whole block."""
    noise: Array
    """Variances of the rows of the largest tree."""
    white: Array
    """Columns and residuals of all blocks, turned into independent ones, (cells, LANES)."""


def room(m: int, blocks: Blocks) -> Room:
    """Make room for m coefficients and these blocks."""
    sizes, trees = blocks.places[:, SIZE], blocks.places[:, LEAVES] > 0
    whole = int(sizes[~trees].max(initial=0))
    return Room(
        bench=kernel.bench(m),
        S=np.empty((whole, whole, LANES)),
        noise=np.empty((int(sizes[trees].max(initial=0)), LANES)),
        white=np.empty((len(blocks.values), LANES)),
    )


def places_of(sizes: Positions, leaves: Positions, pairs: Positions) -> Positions:
    """Say where what stands, (blocks, 6), of blocks with these rows, leaves and columns."""
    entries = np.where(leaves > 0, sizes, sizes * (sizes + 1) // 2)
    entry, pair, white = (np.cumsum(each) - each for each in (entries, pairs, sizes * (pairs + 1)))
    return np.stack([sizes, leaves, entry, pair, pairs, white], axis=1)
