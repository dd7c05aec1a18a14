"""Populations of baselines on lattices: what a comparator's arm says of them, row by row.

A row is A₂(b) N(b; m, s²) at the points of one trial's lattice, for one m and s. Where s is
narrower than the lattice is fine, it is A₂ at Gauss–Hermite nodes about m instead, and weights with
which anything smooth is interpolated there from the lattice.
"""

from math import asinh, cosh, exp, floor, log, sinh
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consilience.engines.compiled import exact, inlined
from consilience.engines.integrated.kernel import Table, Work, height
from consilience.gaussian import Array

_WINDOW = 80.0  # a row ends e^-80 below its top
_FEW = 1.3  # steps: a narrower normal is not seen on the lattice
_LOG_2PI = 1.8378770664093453
_HIT = 1e-13


class Lattice(NamedTuple):
    """b = centre + reach·sinh(j·step/reach) for j from −half to half, (k,) each."""

    centre: Array
    step: Array
    reach: float
    half: NDArray[np.intp]


class Hermite(NamedTuple):
    """Nodes and log weights for the standard normal, and a stencil's barycentric weights."""

    nodes: Array
    log_weights: Array
    barycentric: Array


class Given(NamedTuple):
    """What is asked of all trials at n nodes."""

    one: Table
    """A₁, curves of b + d."""
    two: Table
    """A₂, curves of b."""
    lattice: Lattice
    hermite: Hermite
    eta: Array
    """Expectations of d, (p, k)."""
    h: Array
    """Variances of d, (p, k)."""
    mean: Array
    """m, (q,)."""
    sd: Array
    """s, (q,)."""
    left: NDArray[np.intp]
    """Which expectations and variances each node has, (n,)."""
    right: NDArray[np.intp]
    """Which m and s it has."""
    order: NDArray[np.intp]
    """Nodes with the same expectations, and expectations of the same variance, side by side."""
    work: Work
    """Steps and room of the inner rule."""


class Rows(NamedTuple):
    """The rows of one trial, q of them, and room for as many numbers."""

    top: Array
    """The logarithm of each row's highest value."""
    first: NDArray[np.intp]
    """j of the first point that it needs."""
    last: NDArray[np.intp]
    """j beyond the last one."""
    begin: NDArray[np.intp]
    """Where it begins in `logs`, and the end, (q + 1,)."""
    narrow: NDArray[np.bool_]
    """Whether it is laid at Gauss–Hermite nodes."""
    logs: Array
    """Logarithms, less the top."""
    values: Array
    """Their exponentials."""
    starts: NDArray[np.intp]
    """j of the stencil of each Gauss–Hermite node, (q, nodes)."""
    stencils: Array
    """Its weights, (q, nodes, stencil)."""


@inlined
def place_of(lattice: Lattice, i: int, b: float) -> float:
    """Give j of a baseline."""
    return asinh((b - lattice.centre[i]) / lattice.reach) * lattice.reach / lattice.step[i]


@inlined
def baseline_at(lattice: Lattice, i: int, j: float) -> float:
    """Give the baseline of j."""
    return lattice.centre[i] + lattice.reach * sinh(j * lattice.step[i] / lattice.reach)


@inlined
def _stretch(lattice: Lattice, i: int, j: float) -> float:
    """Give how long a step is at j."""
    return lattice.step[i] * cosh(j * lattice.step[i] / lattice.reach)


@exact
def entry(given: Given, at: tuple[int, int], j: int) -> float:
    """Give log A₂(b) N(b; m, s²) db at a point of the lattice, but for the normal's constant."""
    i, q = at
    b = baseline_at(given.lattice, i, j)
    away = (b - given.mean[q]) / given.sd[q]
    return height(given.two, i, b) - 0.5 * away * away + log(_stretch(given.lattice, i, j))


@exact
def _peak(given: Given, at: tuple[int, int]) -> int:
    """Find where a row is highest: it rises on one side and falls on the other."""
    low, high = -given.lattice.half[at[0]], given.lattice.half[at[0]]
    while low < high:
        middle = floor(0.5 * (low + high))
        if entry(given, at, middle + 1) > entry(given, at, middle):
            low = middle + 1
        else:
            high = middle
    return low


@exact
def _fallen(given: Given, at: tuple[int, int], ends: tuple[int, int, float]) -> int:
    """Find the j next to which a row falls below a floor, between one above and one beyond."""
    above, beyond, least = ends
    while abs(beyond - above) > 1:
        middle = (above + beyond) // 2
        if entry(given, at, middle) > least:
            above = middle
        else:
            beyond = middle
    return beyond


@exact
def _wide(given: Given, at: tuple[int, int], rows: Rows) -> int:
    """Lay a row out on the lattice; give how much room is used then."""
    half, room, q = given.lattice.half[at[0]], len(rows.logs), at[1]
    used = rows.begin[q]
    peak = _peak(given, at)
    top = entry(given, at, peak)
    first = _fallen(given, at, (peak, -half, top - _WINDOW))
    last = _fallen(given, at, (peak, half, top - _WINDOW))
    stop = used + last - first + 1
    if stop > room:
        return room + 1
    for j in range(first, last + 1):
        own = entry(given, at, j) - top
        rows.logs[used + j - first] = own
        rows.values[used + j - first] = exp(own)
    rows.top[q] = top - 0.5 * _LOG_2PI - log(given.sd[q])
    rows.first[q], rows.last[q] = first, last + 1
    return stop


@exact
def _narrow(given: Given, at: tuple[int, int], rows: Rows) -> int:
    """Lay a row at Gauss–Hermite nodes; give how much room is used then."""
    (i, q), lattice, points = at, given.lattice, len(given.hermite.barycentric)
    count, used = len(given.hermite.nodes), rows.begin[q]
    if used + count > len(rows.logs):
        return len(rows.logs) + 1
    rows.top[q] = height(given.two, i, given.mean[q])
    rows.first[q], rows.last[q] = lattice.half[i], -lattice.half[i]
    for g in range(count):
        b = given.mean[q] + given.sd[q] * given.hermite.nodes[g]
        own = height(given.two, i, b) - rows.top[q]
        rows.logs[used + g] = own + given.hermite.log_weights[g]
        place = place_of(lattice, i, b)
        start = floor(place) - points // 2 + 1
        start = min(max(start, -lattice.half[i]), lattice.half[i] - points + 1)
        weigh(place - start, given.hermite.barycentric, rows.stencils[q, g])
        rows.starts[q, g] = start
        rows.first[q], rows.last[q] = min(rows.first[q], start), max(rows.last[q], start + points)
    return used + count


@exact
def weigh(x: float, barycentric: Array, weights: Array) -> None:
    """Find the weights of the points 0, 1, … with which what lies at x is interpolated."""
    total, points = 0.0, len(barycentric)
    for point in range(points):
        away = x - point
        if abs(away) < _HIT:
            away = _HIT
        weights[point] = barycentric[point] / away
        total += weights[point]
    for point in range(points):
        weights[point] /= total


@exact
def lay(given: Given, i: int, rows: Rows) -> int:
    """Lay the rows of a trial out; give how much room is used, or one more than there is."""
    lattice, used = given.lattice, 0
    for q in range(len(given.mean)):
        rows.begin[q] = used
        half = float(lattice.half[i])
        place = min(max(place_of(lattice, i, given.mean[q]), -half), half)
        rows.narrow[q] = given.sd[q] < _FEW * _stretch(lattice, i, place)
        used = _narrow(given, (i, q), rows) if rows.narrow[q] else _wide(given, (i, q), rows)
        if used > len(rows.logs):
            return used
    rows.begin[len(given.mean)] = used
    return used
