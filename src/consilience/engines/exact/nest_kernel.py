"""The normal equations of levels within levels, compiled: linear in the number of estimates.

Given the levels above, the estimates of a unit are independent, yᵢ ~ N(m, Dᵢ). So they come to
their mean within the unit and their deviations from it,

    Σᵢ (yᵢ − m)²/Dᵢ = Σᵢ (yᵢ − ȳ)²/Dᵢ + a (ȳ − m)²,  a = Σᵢ 1/Dᵢ,

and the mean is one estimate of variance 1/a + τ² of the unit above. A sum of squares at every step:
nothing cancels, and no block is ever held.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consilience.engines.compiled import CACHE_KEY_ONLY, kept, stamp, summing
from consilience.engines.exact import block_kernel, kernel, lanes
from consilience.engines.exact.block_kernel import ENTRY, PAIR, PAIRS, SIZE, WHITE, Blocks, Room
from consilience.engines.exact.kernel import Found, Nodes
from consilience.engines.exact.lanes import LANES
from consilience.gaussian import Array

_OFTEN = 512  # as in `kernel`

type Positions = NDArray[np.intp]


class Nest(NamedTuple):
    """The tree of every outermost unit: its estimates, then its units from the innermost out.

    Its blocks have as many rows as their trees have estimates and units. Their base holds the v of
    the estimates, their sources say where a node's values hold an estimate's own scatter, and their
    values are laid out as what is turned, residuals last.
    """

    blocks: Blocks
    leaves: Positions
    """Number of estimates of each block."""
    first: Positions
    """For each row of a tree that is a unit, its first part among the rows of the tree, (rows,)."""
    last: Positions
    """One behind its last part."""
    level: Positions
    """Where a node's values hold the variance of its level."""


class Work(NamedTuple):
    """What there is to do."""

    blocks: Blocks
    nest: Nest
    nodes: Nodes


@summing
def lay_leaves(work: Work, place: tuple[int, int], room: Room) -> None:
    """Lay the estimates of a block out: their variances, columns and residuals."""
    (block, first), h = place, work.nodes.h
    places, leaves, noise = work.blocks.places[block], work.nest.leaves[block], room.S[0]
    entry, cell, pairs = places[ENTRY], places[WHITE], places[PAIRS]
    for i in range(leaves):
        source = work.blocks.sources[entry + i, 0]
        for lane in range(LANES):
            n = min(first + lane, len(h) - 1)
            noise[i, lane] = work.blocks.base[entry + i] + h[n, source]
            room.bench.logs.given[lane] = noise[i, lane]
        lanes.add(room.bench.logs)
        for pair in range(pairs):
            column = work.blocks.columns[places[PAIR] + pair]
            value = work.blocks.values[cell + pair * places[SIZE] + i]
            for lane in range(LANES):
                own = value * room.bench.c[column, lane]
                room.white[cell + pair * places[SIZE] + i, lane] = own
        residual = work.blocks.values[cell + pairs * places[SIZE] + i]
        for lane in range(LANES):
            room.white[cell + pairs * places[SIZE] + i, lane] = residual
        if i % _OFTEN == _OFTEN - 1:
            lanes.settle(room.bench.logs)
    lanes.settle(room.bench.logs)


@summing
def gather(work: Work, place: tuple[int, int, int], room: Room) -> None:
    """Bring the parts of a unit together: their mean, its variance, and their deviations."""
    block, row, first = place
    places, noise, logs = work.blocks.places[block], room.S[0], room.bench.logs
    start, end = work.nest.first[places[ENTRY] + row], work.nest.last[places[ENTRY] + row]
    total, h = room.bench.precision, work.nodes.h
    total[:] = 0.0
    for i in range(start, end):
        for lane in range(LANES):
            total[lane] += 1.0 / noise[i, lane]
    for pair in range(places[PAIRS] + 1):
        centre(room, (places[WHITE] + pair * places[SIZE], row), (start, end))
    source = work.nest.level[places[ENTRY] + row]
    for lane in range(LANES):
        n = min(first + lane, len(h) - 1)
        noise[row, lane] = 1.0 / total[lane] + h[n, source]
        logs.given[lane] = total[lane] * noise[row, lane]
    lanes.add(logs)
    lanes.settle(logs)


@summing
def centre(room: Room, place: tuple[int, int], parts: tuple[int, int]) -> None:
    """Take the weighted mean of some rows of a column, and leave their weighted deviations."""
    (cell, row), (start, end) = place, parts
    mean, noise = room.white[cell + row], room.S[0]
    mean[:] = 0.0
    for i in range(start, end):
        for lane in range(LANES):
            mean[lane] += room.white[cell + i, lane] / noise[i, lane]
    for lane in range(LANES):
        mean[lane] /= room.bench.precision[lane]
    for i in range(start, end):
        for lane in range(LANES):
            away = room.white[cell + i, lane] - mean[lane]
            room.white[cell + i, lane] = away / np.sqrt(noise[i, lane])


@summing
def whiten(work: Work, place: tuple[int, int], room: Room) -> None:
    """Turn a block's columns and residuals into independent ones of variance 1; add log|S|."""
    block, first = place
    places = work.blocks.places[block]
    size, cell = places[SIZE], places[WHITE]
    lay_leaves(work, place, room)
    for row in range(work.nest.leaves[block], size):
        gather(work, (block, row, first), room)
    for pair in range(places[PAIRS] + 1):
        top = cell + pair * size + size - 1
        for lane in range(LANES):
            room.white[top, lane] /= np.sqrt(room.S[0, size - 1, lane])


@summing
def build(work: Work, first: int, room: Room) -> None:
    """Build the normal equations of `LANES` nodes, and log|S|."""
    kernel.lay_out(work.nodes, first, room.bench)
    for block in range(len(work.blocks.places)):
        whiten(work, (block, first), room)
        block_kernel.add_block(work, block, room)
    block_kernel.add_priors(work.nodes.known, room)


@cache
def loop() -> Callable[[Work, Room, Found], None]:
    """Compile the loop over the nodes, or load it from numba's cache of an earlier session."""
    version = stamp("consilience.engines.exact")

    def over(work: Work, room: Room, found: Found) -> None:
        """Solve `LANES` nodes after `LANES` nodes."""
        if version != CACHE_KEY_ONLY:
            for first in range(0, len(work.nodes.at), LANES):
                build(work, first, room)
                block_kernel.answer((work, first), room, found)

    return kept(over)


@cache
def root_loop() -> Callable[[Work, Room, Array], None]:
    """Do the same for the roots."""
    version = stamp("consilience.engines.exact")

    def over(work: Work, room: Room, root: Array) -> None:
        """Do the same for the roots of the covariances."""
        if version != CACHE_KEY_ONLY:
            for first in range(0, len(work.nodes.at), LANES):
                build(work, first, room)
                block_kernel.hand_root((work.nodes.at, first), room, root)

    return kept(over)
