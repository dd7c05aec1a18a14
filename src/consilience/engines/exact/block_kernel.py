"""The normal equations of correlated estimates at many nodes, compiled.

As `kernel`, with blocks of estimates in the place of single ones. The columns and residuals of each
are turned into independent ones of variance 1, once for `LANES` nodes: a tree of levels within
levels by `nest_kernel`, any other block by its factor, S = LL', as L⁻¹W and L⁻¹r. A node costs
O(Σ n³ + k·q²) for whole blocks of n estimates with q columns other than zero.
"""

from collections.abc import Callable
from functools import cache

from consilience.engines.compiled import CACHE_KEY_ONLY, kept, stamp, summing
from consilience.engines.exact import kernel, lanes, nest_kernel
from consilience.engines.exact.blocks import (
    ENTRY,
    LEAVES,
    PAIR,
    PAIRS,
    SIZE,
    WHITE,
    Blocks,
    Positions,
    Room,
    Work,
)
from consilience.engines.exact.kernel import Found
from consilience.engines.exact.lanes import LANES
from consilience.gaussian import Array


@summing
def fill(work: Work, place: tuple[int, int], room: Room) -> None:
    """Build S of a block, in the lower triangle."""
    (block, first), h = place, work.nodes.h
    places = work.blocks.places[block]
    entry = places[ENTRY]
    for i in range(places[SIZE]):
        for j in range(i + 1):
            for lane in range(LANES):
                room.S[i, j, lane] = work.blocks.base[entry]
            for term in range(work.blocks.sources.shape[1]):
                factor = work.blocks.factors[entry, term]
                if factor != 0.0:
                    source = work.blocks.sources[entry, term]
                    for lane in range(LANES):
                        n = min(first + lane, len(h) - 1)
                        room.S[i, j, lane] += factor * h[n, source]
            entry += 1


@summing
def lay_columns(blocks: Blocks, block: int, room: Room) -> None:
    """Lay the columns and the residuals of a block out."""
    places = blocks.places[block]
    size, cell = places[SIZE], places[WHITE]
    for pair in range(places[PAIRS]):
        column = blocks.columns[places[PAIR] + pair]
        for _ in range(size):
            for lane in range(LANES):
                room.white[cell, lane] = blocks.values[cell] * room.bench.c[column, lane]
            cell += 1
    for i in range(cell, cell + size):
        for lane in range(LANES):
            room.white[i, lane] = blocks.values[i]


@summing
def whiten(work: Work, place: tuple[int, int], room: Room) -> None:
    """Turn a whole block's columns and residuals into L⁻¹Wc and L⁻¹r; add log|S|."""
    block, _ = place
    places = work.blocks.places[block]
    size, cell = places[SIZE], places[WHITE]
    fill(work, place, room)
    lower = room.S[:size, :size]
    lanes.factor(lower, room.bench.logs)
    for pair in range(places[PAIRS] + 1):
        lanes.forward(lower, room.white[cell + pair * size : cell + (pair + 1) * size])


@summing
def inner(white: Array, places: tuple[int, int, int], spare: Array) -> None:
    """Find the inner products of two turned columns, which start at two cells."""
    one, other, size = places
    spare[:] = 0.0
    for i in range(size):
        for lane in range(LANES):
            spare[lane] += white[one + i, lane] * white[other + i, lane]


@summing
def add_block(work: Work, block: int, room: Room) -> None:
    """Add a block to A = cc'∘W'S⁻¹W, in the lower triangle, and to g = c∘W'S⁻¹r."""
    places, bench = work.blocks.places[block], room.bench
    size, cell, pairs = places[SIZE], places[WHITE], places[PAIRS]
    for p in range(pairs):
        a = work.blocks.columns[places[PAIR] + p]
        inner(room.white, (cell + p * size, cell + pairs * size, size), bench.spare)
        for lane in range(LANES):
            bench.g[a, lane] += bench.spare[lane]
        for q in range(p + 1):
            b = work.blocks.columns[places[PAIR] + q]
            inner(room.white, (cell + p * size, cell + q * size, size), bench.spare)
            for lane in range(LANES):
                bench.A[a, b, lane] += bench.spare[lane]


@summing
def add_quadratic(work: Work, block: int, room: Room) -> None:
    """Add the squares of a block's r − Wcẑ, both turned, to the deviance."""
    places, bench = work.blocks.places[block], room.bench
    size, cell, pairs = places[SIZE], places[WHITE], places[PAIRS]
    for i in range(size):
        for lane in range(LANES):
            bench.spare[lane] = room.white[cell + pairs * size + i, lane]
        for p in range(pairs):
            a = work.blocks.columns[places[PAIR] + p]
            for lane in range(LANES):
                bench.spare[lane] -= room.white[cell + p * size + i, lane] * bench.g[a, lane]
        for lane in range(LANES):
            bench.logs.total[lane] += bench.spare[lane] * bench.spare[lane]


@summing
def add_priors(known: Array, room: Room) -> None:
    """Add P to A."""
    for j in range(len(known)):
        for lane in range(LANES):
            room.bench.A[j, j, lane] += known[j]


@summing
def build(work: Work, first: int, room: Room) -> None:
    """Build the normal equations of `LANES` nodes, and log|S|."""
    kernel.lay_out(work.nodes, first, room.bench)
    for block in range(len(work.blocks.places)):
        lay_columns(work.blocks, block, room)
        if work.blocks.places[block, LEAVES] > 0:
            nest_kernel.whiten(work, (block, first), room)
        else:
            whiten(work, (block, first), room)
        add_block(work, block, room)
    add_priors(work.nodes.known, room)


@summing
def answer(task: tuple[Work, int], room: Room, found: Found) -> None:
    """Solve the normal equations of `LANES` nodes; `Equations.solve` says what."""
    (work, first), bench = task, room.bench
    lanes.factor(bench.A, bench.logs)
    lanes.solve(bench.A, bench.g)
    for block in range(len(work.blocks.places)):
        add_quadratic(work, block, room)
    kernel.shift(work.nodes.known, bench)
    kernel.hand_over((work.nodes.at, first), bench, found)


@summing
def hand_root(block: tuple[Positions, int], room: Room, root: Array) -> None:
    """Write the roots of the covariances of `LANES` nodes."""
    lanes.factor(room.bench.A, room.bench.logs)
    lanes.invert(room.bench.A, room.bench.spare)
    kernel.hand_root(block, room.bench, root)


@cache
def loop() -> Callable[[Work, Room, Found], None]:
    """Compile the loop over the nodes, or load it from numba's cache of an earlier session."""
    version = stamp("consilience.engines.exact")

    def over(work: Work, room: Room, found: Found) -> None:
        """Solve `LANES` nodes after `LANES` nodes."""
        if version != CACHE_KEY_ONLY:
            for first in range(0, len(work.nodes.at), LANES):
                build(work, first, room)
                answer((work, first), room, found)

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
                hand_root((work.nodes.at, first), room, root)

    return kept(over)
