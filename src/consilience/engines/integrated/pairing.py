"""Trials whose baselines are draws from a normal population: both arms smoothed, compiled.

With the intervention's arm A₁ a curve of t = b + d, the comparator's A₂ one of b, b ~ N(m, s²) and
d ~ N(η, h),

    L(η, h, m, s) = ∫ A₂(b) N(b; m, s²) G(b + η; h) db,   G(u; h) = ∫ A₁(t) N(t; u, h) dt.

Neither curve depends on a parameter. On one lattice of b for each trial, A₂N is a row for each
(m, s) and G a row for each (η, h): a likelihood is the product of two rows.
"""

from math import exp, inf, log, nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consilience.engines.compiled import exact, inlined, summing
from consilience.engines.integrated.kernel import One, smoothed
from consilience.engines.integrated.rows import Given, Rows, baseline_at, entry, lay, weigh
from consilience.gaussian import Array

BLOCK = 32
"""So much of G is read at once."""

_SAFE = 1e-17  # of the top: what lies beyond the window cannot be felt
_SEEN = 39.0  # e^-39 = 1e-17
_FARTHEST = 5_000
_HOPELESS = -300.0  # so deep, nobody looks closer: the search only has to turn back


class Smooth(NamedTuple):
    """G of one trial: for one h on equal steps of u, and from there on its lattice for one η."""

    table: Array
    """log G, mean of t less u, and variance of t given u, (3, u)."""
    ready: NDArray[np.bool_]
    """Which blocks of it are read."""
    values: Array
    """G on the lattice, less the top of A₁."""
    firsts: Array
    """That times the mean of d less η; filled in where moments are sought."""
    seconds: Array
    """That times the mean square of it."""
    weights: Array
    """Room for those of one stencil."""
    rows: Array
    """log G, mean of d given b less η, and its variance, on the lattice, (3, j)."""


class Sought(NamedTuple):
    """What is found of one trial at every node, (n,) each."""

    log_mass: Array
    mean: Array
    """Of d given the node and the trial; not found where there is no room for it."""
    variance: Array


class Sheet(NamedTuple):
    """What is asked, and room for both arms of one trial."""

    given: Given
    rows: Rows
    smooth: Smooth


type Span = tuple[int, int]
"""From one j to before another."""


@summing
def _product(values: Array, others: Array) -> float:
    """Multiply two rows."""
    total = 0.0
    for each in range(len(values)):
        total += values[each] * others[each]
    return total


@exact
def _read(sheet: Sheet, at: tuple[int, int], block: int) -> None:
    """Read a block of G."""
    given, _, smooth = sheet
    (i, p), half = at, smooth.table.shape[1] // 2
    for place in range(block * BLOCK, (block + 1) * BLOCK):
        u = given.one.centre[i] + (place - half) * given.lattice.step[i]
        found = smoothed(One(given.one, i), (u, given.h[p, i]), given.work)
        smooth.table[0, place] = found[0]
        smooth.table[1, place], smooth.table[2, place] = found[1] - u, found[2]
    smooth.ready[block] = True


@exact
def _fill(sheet: Sheet, at: tuple[int, int], span: Span) -> None:
    """Fill the rows in over a span, by interpolation between equal steps."""
    given, _, smooth = sheet
    (i, p), half, points = at, given.lattice.half[at[0]], len(given.hermite.barycentric)
    size, weights, sought = smooth.table.shape[1], smooth.weights, 3 if len(smooth.firsts) else 1
    for j in range(span[0], span[1]):
        u, own = baseline_at(given.lattice, i, j) + given.eta[p, i], j + half
        place = (u - given.one.centre[i]) / given.lattice.step[i] + size // 2
        if not points < place < size - points:
            found = smoothed(One(given.one, i), (u, given.h[p, i]), given.work)
            smooth.rows[0, own] = found[0]
            smooth.rows[1, own], smooth.rows[2, own] = found[1] - u, found[2]
        else:
            start = int(place) - points // 2 + 1
            for block in (start // BLOCK, (start + points - 1) // BLOCK):
                if not smooth.ready[block]:
                    _read(sheet, at, block)
            weigh(place - start, given.hermite.barycentric, weights)
            for each in range(sought):
                part = smooth.table[each, start : start + points]
                smooth.rows[each, own] = _product(weights, part)
        smooth.values[own] = exp(smooth.rows[0, own] - given.one.top[i])
        if sought > 1:
            away = smooth.rows[1, own]
            smooth.firsts[own] = smooth.values[own] * away
            smooth.seconds[own] = smooth.values[own] * (away * away + smooth.rows[2, own])


@exact
def _reached(sheet: Sheet, at: tuple[int, int], spans: tuple[Span, Span]) -> Span:
    """Read what is wanted of a span and not known yet; give the span that is known then."""
    (low, high), (first, last) = spans
    if low >= high:
        _fill(sheet, at, (first, last))
        return first, last
    if first < low:
        _fill(sheet, at, (first, low))
    if last > high:
        _fill(sheet, at, (high, last))
    return min(low, first), max(high, last)


@exact
def _added(sums: tuple, term: tuple[float, float, float]) -> tuple:
    """Add a term to a sum that is known by its highest logarithm, with two moments."""
    (top, total, first, second), (own, mean, square) = sums, term
    if own > top:
        shrink = exp(top - own)
        top, total, first, second = own, total * shrink, first * shrink, second * shrink
    mass = exp(own - top)
    return top, total + mass, first + mass * mean, second + mass * square


@exact
def _on_lattice(sheet: Sheet, at: tuple[int, int, int]) -> tuple:
    """Sum a row up by logarithms, moments of d about η with it, further out where it has to.

    Both curves have concave logarithms: where the ends are not felt, nothing beyond them is.
    """
    given, rows, smooth = sheet
    (i, _, q), half, top = at, given.lattice.half[at[0]], -inf
    begin, count, start = rows.begin[q], rows.last[q] - rows.first[q], rows.first[q]
    for each in range(count):
        top = max(top, rows.logs[begin + each] + smooth.rows[0, start + half + each])
    sums = top, 0.0, 0.0, 0.0
    for each in range(count):
        place = start + half + each
        own = rows.logs[begin + each] + smooth.rows[0, place]
        if own > top - _SEEN:
            away, variance = smooth.rows[1, place], smooth.rows[2, place]
            sums = _added(sums, (own, away, variance + away * away))
    if top - given.one.top[i] < _HOPELESS:
        return sums
    ends = (
        rows.logs[begin] + smooth.rows[0, start + half],
        (rows.logs[begin + count - 1] + smooth.rows[0, start + half + count - 1]),
    )
    for side in range(2):
        if ends[side] > top - _SEEN:
            sums = _beyond(sheet, at, (sums, side))
    return sums


@exact
def _beyond(sheet: Sheet, at: tuple[int, int, int], known: tuple[tuple, int]) -> tuple:
    """Add to a sum what lies beyond one end of its row, as far as it is felt."""
    given, rows, _ = sheet
    (i, p, q), (sums, side), half = at, known, given.lattice.half[at[0]]
    eta, raised = given.eta[p, i], entry(given, (i, q), rows.first[q]) - rows.logs[rows.begin[q]]
    j, before = (rows.first[q] - 1 if side == 0 else rows.last[q]), inf
    for _ in range(_FARTHEST):
        if j < -half or j > half:
            break
        b = baseline_at(given.lattice, i, j)
        found = smoothed(One(given.one, i), (b + eta, given.h[p, i]), given.work)
        own, away = entry(given, (i, q), j) - raised + found[0], found[1] - b - eta
        sums = _added(sums, (own, away, found[2] + away * away))
        if own < sums[0] - _SEEN and own < before:
            break
        before = own
        j += -1 if side == 0 else 1
    return sums


@exact
def _at_nodes(sheet: Sheet, at: tuple[int, int, int]) -> tuple:
    """Do so for a row at Gauss–Hermite nodes."""
    given, rows, smooth = sheet
    half, points, q = given.lattice.half[at[0]], rows.stencils.shape[2], at[2]
    sums, sought = (-inf, 0.0, 0.0, 0.0), len(smooth.firsts) > 0
    for g in range(rows.starts.shape[1]):
        weights, start = rows.stencils[q, g], rows.starts[q, g] + half
        stop, away, variance = start + points, 0.0, 0.0
        own = rows.logs[rows.begin[q] + g] + _product(weights, smooth.rows[0, start:stop])
        if own < sums[0] - _SEEN:
            continue
        if sought:
            away = _product(weights, smooth.rows[1, start:stop])
            variance = _product(weights, smooth.rows[2, start:stop])
        sums = _added(sums, (own, away, variance + away * away))
    return sums


@inlined
def _quickly(rows: Rows, q: int, row: Array) -> float:
    """Multiply a row with numbers on the lattice from where it begins."""
    begin, end = rows.begin[q], rows.begin[q + 1]
    return _product(rows.values[begin:end], row[: end - begin])


@exact
def _carefully(sheet: Sheet, at: tuple[int, int, int]) -> tuple:
    """Give the logarithm of a sum, and mean and variance of d about η."""
    if sheet.rows.narrow[at[2]]:
        top, total, first, second = _at_nodes(sheet, at)
    else:
        top, total, first, second = _on_lattice(sheet, at)
    mean = first / total
    return top + log(total), mean, second / total - mean * mean


@inlined
def _turned(sheet: Sheet, at: tuple[int, int], variance: float) -> float:
    """Forget what was read at another variance; give the one that counts now."""
    if sheet.given.h[at[1], at[0]] != variance:
        sheet.given.work.read[:] = nan
        sheet.smooth.ready[:] = False
    return sheet.given.h[at[1], at[0]]


@exact
def pair(sheet: Sheet, i: int, found: Sought) -> int:
    """Find what a trial says at every node; give the room that its rows need."""
    given, rows, smooth = sheet
    used = lay(given, i, rows)
    if used > len(rows.logs):
        return used
    half, top, moments = given.lattice.half[i], given.one.top[i], len(found.mean) > 0
    before, variance, low, high = -1, -1.0, 0, 0
    for n in given.order:
        p, q = given.left[n], given.right[n]
        if p != before:
            variance = _turned(sheet, (i, p), variance)
            before, low, high = p, 0, 0
        first, last = rows.first[q], rows.last[q]
        if first < low or last > high or low >= high:
            low, high = _reached(sheet, (i, p), ((low, high), (first, last)))
        start = first + half
        total = 0.0 if rows.narrow[q] else _quickly(rows, q, smooth.values[start:])
        if total > _SAFE:
            own, mean, spread = log(total) + top, 0.0, 0.0
            if moments:
                mean = _quickly(rows, q, smooth.firsts[start:]) / total
                spread = _quickly(rows, q, smooth.seconds[start:]) / total - mean * mean
        else:
            own, mean, spread = _carefully(sheet, (i, p, q))
        found.log_mass[n] = own + rows.top[q]
        if moments:
            found.mean[n], found.variance[n] = given.eta[p, i] + mean, spread
    return used
