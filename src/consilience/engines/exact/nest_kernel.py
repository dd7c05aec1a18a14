"""Levels within levels made independent, compiled: linear in the number of estimates.

Given the levels above, the estimates of a unit are independent, yᵢ ~ N(m, Dᵢ). So they come to
their mean within the unit and their deviations from it,

    Σᵢ (yᵢ − m)²/Dᵢ = Σᵢ (yᵢ − ȳ)²/Dᵢ + a (ȳ − m)²,  a = Σᵢ 1/Dᵢ,

and the mean is one estimate of variance 1/a + τ² of the unit above. A sum of squares at every step:
nothing cancels, and no block is ever held.
"""

import numpy as np

from consilience.engines.compiled import summing
from consilience.engines.exact import lanes
from consilience.engines.exact.blocks import ENTRY, LEAVES, PAIRS, SIZE, WHITE, Room, Work
from consilience.engines.exact.lanes import LANES, OFTEN


@summing
def weigh(work: Work, place: tuple[int, int], room: Room) -> None:
    """Find the variances v + h of a tree's estimates; add their logarithms."""
    (block, first), h = place, work.nodes.h
    places, logs = work.blocks.places[block], room.bench.logs
    for i in range(places[LEAVES]):
        entry = places[ENTRY] + i
        v, source = work.blocks.base[entry], work.blocks.sources[entry, 0]
        for lane in range(LANES):
            n = min(first + lane, len(h) - 1)
            room.noise[i, lane] = v + h[n, source]
            logs.given[lane] = room.noise[i, lane]
        lanes.add(logs)
        if i % OFTEN == OFTEN - 1:
            lanes.settle(logs)
    lanes.settle(logs)


@summing
def gather(work: Work, place: tuple[int, int, int], room: Room) -> None:
    """Bring the parts of a unit together: their mean, its variance, and their deviations."""
    block, row, first = place
    places, noise, logs = work.blocks.places[block], room.noise, room.bench.logs
    tree, own = work.blocks.tree, places[ENTRY] + row
    total, h = room.bench.precision, work.nodes.h
    total[:] = 0.0
    for i in range(tree.first[own], tree.last[own]):
        for lane in range(LANES):
            total[lane] += 1.0 / noise[i, lane]
    for pair in range(places[PAIRS] + 1):
        cell = places[WHITE] + pair * places[SIZE]
        centre(room, (cell, row), (tree.first[own], tree.last[own]))
    source = tree.level[own]
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
    mean, noise = room.white[cell + row], room.noise
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
    """Turn a tree's columns and residuals into independent ones of variance 1; add log|S|."""
    block, first = place
    places = work.blocks.places[block]
    size = places[SIZE]
    weigh(work, place, room)
    for row in range(places[LEAVES], size):
        gather(work, (block, row, first), room)
    for pair in range(places[PAIRS] + 1):
        top = places[WHITE] + pair * size + size - 1
        for lane in range(LANES):
            room.white[top, lane] /= np.sqrt(room.noise[size - 1, lane])
