"""The normal equations at many nodes, compiled: what the exact engine spends its time on.

Nodes are taken side by side, `LANES` at a time. Each row's columns are stored without their zeros,
because levels of a factor are mostly zeros: a node costs O(k·q² + m³) for q columns other than zero
in each of k rows.
"""

from collections.abc import Callable
from functools import cache
from math import inf
from threading import local
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consilience.engines.compiled import CACHE_KEY_ONLY, kept, stamp, summing
from consilience.engines.exact import lanes
from consilience.engines.exact.lanes import LANES, OFTEN, Logs
from consilience.gaussian import Array

_KEPT = 32  # room for more coefficients is too much to hold on to

type Positions = NDArray[np.intp]


class Rows(NamedTuple):
    """The rows of y − Wb ~ N(W(β − b), diag(v + h)): entries of W other than zero, one by one."""

    starts: Positions
    columns: Positions
    values: Array
    residual: Array
    v: Array


class Nodes(NamedTuple):
    """The n nodes to be solved: h is (n, k) or (n, 1), c (n, m) or (1, m)."""

    at: Positions
    """Where the answers are written, (n,)."""
    h: Array
    c: Array
    known: Array
    """The diagonal of P, (m,)."""


class Work(NamedTuple):
    """What there is to do."""

    rows: Rows
    nodes: Nodes


class Found(NamedTuple):
    """What is filled in; where there is no room for coefficients, they are not looked for."""

    deviance: Array
    """−2 log p(y | φ) but for a constant, (nodes,)."""
    shift: Array
    """cẑ, (nodes, m); or (nodes, 0)."""
    variance: Array
    """Diagonals of the covariances, of the same shape."""


class Bench(NamedTuple):
    """Room for one block of nodes."""

    A: Array
    """P + cc'∘W'S⁻¹W, its factor L, then L⁻¹, (m, m, LANES)."""
    g: Array
    """c∘W'S⁻¹r, then ẑ, then cẑ, (m, LANES)."""
    c: Array
    """Prior standard deviations, (m, LANES)."""
    shared: Array
    """h where it is the same for all estimates, (LANES,)."""
    precision: Array
    """1/S of one row, (LANES,)."""
    spare: Array
    """Room for a number of each node, (LANES,)."""
    logs: Logs
    """Σ log S + log|A|, and then all of the deviance."""


class _Benches(local):
    """The room of each thread, by the number of coefficients: loops let other threads run."""

    def __init__(self) -> None:
        """Begin without any, in every thread."""
        self.known: dict[int, Bench] = {}


_BENCHES = _Benches()


def bench(m: int) -> Bench:
    """Make room for m coefficients, or find what this thread has."""
    if m > _KEPT:
        return _made(m)
    found = _BENCHES.known.get(m)
    if found is None:
        found = _BENCHES.known[m] = _made(m)
    return found


def _made(m: int) -> Bench:
    g, c = np.empty((2, m, LANES))
    shared, precision, spare = np.empty((3, LANES))
    return Bench(np.empty((m, m, LANES)), g, c, shared, precision, spare, lanes.no_logs())


@summing
def lay_out(nodes: Nodes, first: int, room: Bench) -> None:
    """Lay a block of nodes out; behind the last one it is repeated."""
    last = len(nodes.h) - 1
    for lane in range(LANES):
        n = min(first + lane, last)
        room.shared[lane] = nodes.h[n, 0]
        for j in range(len(room.c)):
            room.c[j, lane] = nodes.c[min(n, len(nodes.c) - 1), j]
    room.A[:] = 0.0
    room.g[:] = 0.0
    lanes.begin(room.logs)


@summing
def weigh(work: Work, place: tuple[int, int], room: Bench) -> None:
    """Find S = v + h of one row in a block of nodes, and 1/S."""
    (i, first), h, noise = place, work.nodes.h, room.logs.given
    v = work.rows.v[i]
    if h.shape[1] > 1:
        for lane in range(LANES):
            noise[lane] = v + h[min(first + lane, len(h) - 1), i]
    else:
        for lane in range(LANES):
            noise[lane] = v + room.shared[lane]
    for lane in range(LANES):
        room.precision[lane] = 1.0 / noise[lane]


@summing
def add_row(rows: Rows, i: int, room: Bench) -> None:
    """Add a row to A = cc'∘W'S⁻¹W, in the lower triangle, and to g = c∘W'S⁻¹r."""
    for p in range(rows.starts[i], rows.starts[i + 1]):
        a, value = rows.columns[p], rows.values[p]
        for lane in range(LANES):
            room.spare[lane] = room.precision[lane] * room.c[a, lane] * value
        for lane in range(LANES):
            room.g[a, lane] += room.spare[lane] * rows.residual[i]
        for q in range(rows.starts[i], p + 1):
            b, other = rows.columns[q], rows.values[q]
            for lane in range(LANES):
                room.A[a, b, lane] += room.spare[lane] * room.c[b, lane] * other


@summing
def build(work: Work, first: int, room: Bench) -> None:
    """Build the normal equations of a block, and Σ log S."""
    for i in range(work.rows.v.size):
        if work.rows.v[i] < inf:
            weigh(work, (i, first), room)
            lanes.add(room.logs)
            add_row(work.rows, i, room)
        if i % OFTEN == OFTEN - 1:
            lanes.settle(room.logs)
    for j in range(len(room.A)):
        for lane in range(LANES):
            room.A[j, j, lane] += work.nodes.known[j]
    lanes.settle(room.logs)


@summing
def shift(known: Array, room: Bench) -> None:
    """Add ẑ'Pẑ to the deviance, and turn ẑ into cẑ."""
    for j in range(len(room.g)):
        for lane in range(LANES):
            room.logs.total[lane] += known[j] * room.g[j, lane] * room.g[j, lane]
            room.g[j, lane] *= room.c[j, lane]


@summing
def add_quadratic(work: Work, first: int, room: Bench) -> None:
    """Add (r − Wcẑ)'S⁻¹(r − Wcẑ) to the deviance."""
    for i in range(work.rows.v.size):
        if work.rows.v[i] < inf:
            weigh(work, (i, first), room)
            left_over(work.rows, i, room)
            for lane in range(LANES):
                room.logs.total[lane] += room.spare[lane] * room.spare[lane] * room.precision[lane]


@summing
def left_over(rows: Rows, i: int, room: Bench) -> None:
    """Find rᵢ − Wᵢcẑ of one row."""
    for lane in range(LANES):
        room.spare[lane] = rows.residual[i]
    for p in range(rows.starts[i], rows.starts[i + 1]):
        a, value = rows.columns[p], rows.values[p]
        for lane in range(LANES):
            room.spare[lane] -= value * room.g[a, lane]


@summing
def hand_over(block: tuple[Positions, int], room: Bench, found: Found) -> None:
    """Write a block's answers: deviance, cẑ, and the sums of squares of the rows of c∘L⁻ᵀ."""
    (at, first), m = block, found.shift.shape[1]
    count = min(LANES, len(at) - first)
    for lane in range(count):
        found.deviance[at[first + lane]] = room.logs.total[lane]
    if m > 0:
        lanes.invert(room.A, room.spare)
    for j in range(m):
        square_row(room, j)
        for lane in range(count):
            n = at[first + lane]
            found.shift[n, j] = room.g[j, lane]
            found.variance[n, j] = room.spare[lane]


@summing
def square_row(room: Bench, j: int) -> None:
    """Add up the squares of a row of c∘L⁻ᵀ."""
    room.spare[:] = 0.0
    for i in range(j, len(room.A)):
        for lane in range(LANES):
            room.spare[lane] += room.A[i, j, lane] * room.A[i, j, lane]
    for lane in range(LANES):
        room.spare[lane] *= room.c[j, lane] * room.c[j, lane]


@summing
def hand_root(block: tuple[Positions, int], room: Bench, root: Array) -> None:
    """Write a block's roots c∘L⁻ᵀ."""
    (at, first), m = block, len(room.g)
    for lane in range(min(LANES, len(at) - first)):
        n = at[first + lane]
        for j in range(m):
            for i in range(j, m):
                root[n, j, i] = room.A[i, j, lane] * room.c[j, lane]


@summing
def solve(work: Work, room: Bench, found: Found) -> None:
    """Solve at every node; `Equations.solve` says what."""
    for first in range(0, len(work.nodes.at), LANES):
        lay_out(work.nodes, first, room)
        build(work, first, room)
        lanes.factor(room.A, room.logs)
        lanes.solve(room.A, room.g)
        shift(work.nodes.known, room)
        add_quadratic(work, first, room)
        hand_over((work.nodes.at, first), room, found)


@summing
def spread(work: Work, room: Bench, root: Array) -> None:
    """Find the roots of the covariances at every node, root (nodes, m, m)."""
    for first in range(0, len(work.nodes.at), LANES):
        lay_out(work.nodes, first, room)
        build(work, first, room)
        lanes.factor(room.A, room.logs)
        lanes.invert(room.A, room.spare)
        hand_root((work.nodes.at, first), room, root)


@cache
def loop() -> Callable[[Work, Bench, Found], None]:
    """Compile the loop over the nodes, or load it from numba's cache of an earlier session."""
    version = stamp("consilience.engines.exact")

    def over(work: Work, room: Bench, found: Found) -> None:
        """Solve at all nodes."""
        if version != CACHE_KEY_ONLY:
            solve(work, room, found)

    return kept(over)


@cache
def root_loop() -> Callable[[Work, Bench, Array], None]:
    """Do the same for the roots."""
    version = stamp("consilience.engines.exact")

    def over(work: Work, room: Bench, root: Array) -> None:
        """Find the roots at all nodes."""
        if version != CACHE_KEY_ONLY:
            spread(work, room, root)

    return kept(over)
