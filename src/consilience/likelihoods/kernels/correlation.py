"""Correlations of two curves that are known at the points of lattices.

    log ∫ exp[f(b + d) + g(b)] db

by the trapezoid rule. Between the points of its lattice f is interpolated by polynomials through 16
of them; as both lattices go in steps of one length, the shares of these points are the same along
the whole sum.
"""

from math import exp, floor, inf, isnan, log
from typing import NamedTuple

from consilience.compiled import exact, inlined
from consilience.gaussian import Array
from consilience.likelihoods.kernels.lattices import FINE, STENCIL, Lattices

_LEFT = STENCIL // 2 - 1
_AFTER = STENCIL - 1 - _LEFT
_DROP = 36.0  # e^-34, with room for what a point differs from its neighbour by
_STRIDE = 4
_FARTHEST = 1e15
_HIT = 1e-9


class Sums(NamedTuple):
    """What is filled in, (n, k) each."""

    height: Array
    """Logarithms of the integrals."""
    gap: Array
    """How far the sum over every other point is from it, as a share."""


class _Pair(NamedTuple):
    """The curves of one trial."""

    values: Array
    """f, each of its `FINE` phases after the other."""
    length: int
    """Points in each phase."""
    slopes: Array
    """Of f beyond its first and its last value, for each point of the lattice, (2,)."""
    g: Array
    step: float
    given: Lattices


class _At(NamedTuple):
    """Where some points of g fall on the lattice of f."""

    start: int
    """The first of them."""
    away: float
    """Points of f behind `start`, less than 1."""
    begin: int
    """Which the first of them is."""
    number: int
    low: int
    """f is interpolated from here."""
    high: int


@inlined
def _pair(given: Lattices, i: int) -> _Pair:
    values = given.first[given.from1[i] : given.from1[i + 1]]
    g = given.second[given.from2[i] : given.from2[i + 1]]
    return _Pair(values, len(values) // FINE, given.slopes[i], g, given.step[i], given)


@inlined
def _at(pair: _Pair, place: tuple[int, float], part: tuple[int, int]) -> _At:
    """Say how points of g from one to another lie, where the first of all falls on place."""
    begin, count = part[0], part[1] - part[0]
    start = place[0] + FINE * begin
    low = min(max(-((start - _LEFT) // FINE), 0), count)
    high = (FINE * pair.length - 1 - _AFTER - start) // FINE + 1
    return _At(start, place[1], begin, count, low, min(max(high, low), count))


@inlined
def _value(pair: _Pair, j: int) -> float:
    return pair.values[(j % FINE) * pair.length + j // FINE]


@exact
def _beyond(pair: _Pair, at: _At, m: int) -> float:
    """Give f by straight lines: behind its ends, and between the last points before them."""
    j, last = at.start + FINE * m, FINE * pair.length - 1
    if j < 0:
        return pair.values[0] + pair.slopes[0] * (j + at.away)
    if j >= last:
        return pair.values[last] + pair.slopes[1] * (j - last + at.away)
    return _value(pair, j) + at.away * (_value(pair, j + 1) - _value(pair, j))


@inlined
def _from(pair: _Pair, at: _At, j: int) -> Array:
    """Give f at every `FINE`-th point, j behind the first, where it can be interpolated."""
    own = ((at.start + j) % FINE) * pair.length + (at.start + j) // FINE
    return pair.values[own + at.low : own + at.high]


@exact
def _window(pair: _Pair, at: _At) -> tuple[int, int, float]:
    """Find between which points of g something is felt, and about how high it is.

    f is read where it is nearest, and at every `_STRIDE`-th point only.
    """
    top, room, count = -inf, pair.given.room, (at.number - 1) // _STRIDE + 1
    own = (at.start % FINE) * pair.length + at.start // FINE
    for c in range(count):
        m = c * _STRIDE
        f = pair.values[own + m] if at.low <= m < at.high else _beyond(pair, at, m)
        room[c] = f + pair.g[m]
        top = max(top, room[c])
    if not top > -inf:
        return 0, 0, top
    left, right = 0, count - 1
    while room[left] < top - _DROP:
        left += 1
    while room[right] < top - _DROP:
        right -= 1
    left, right = left * _STRIDE, right * _STRIDE + 1
    return max(left - _STRIDE, 0), min(right + _STRIDE, at.number), top


@inlined
def _share_out(given: Lattices, away: float) -> None:
    """Fill in what each point of the stencil adds."""
    total = 0.0
    for t in range(STENCIL):
        gap = away + (_LEFT - t)
        given.shares[t] = given.weights[t] / (gap if abs(gap) > _HIT else _HIT * _HIT)
        total += given.shares[t]
    for t in range(STENCIL):
        given.shares[t] /= total


@exact
def _read(pair: _Pair, at: _At) -> None:
    """Fill in f + g at some of the points of g."""
    room, g = pair.given.room, pair.g[at.begin : at.begin + at.number]
    for m in range(len(g)):
        room[m] = g[m]
    for m in range(at.low):
        room[m] += _beyond(pair, at, m)
    for m in range(at.high, at.number):
        room[m] += _beyond(pair, at, m)
    if at.low == at.high:
        return
    _share_out(pair.given, at.away)
    inside, shares = room[at.low : at.high], pair.given.shares
    for t in range(0, STENCIL, 4):
        one, two = _from(pair, at, t - _LEFT), _from(pair, at, t + 1 - _LEFT)
        three, four = _from(pair, at, t + 2 - _LEFT), _from(pair, at, t + 3 - _LEFT)
        a, b, c, d = shares[t], shares[t + 1], shares[t + 2], shares[t + 3]
        for m in range(len(inside)):
            inside[m] += a * one[m] + b * two[m] + c * three[m] + d * four[m]


@exact
def _summed(pair: _Pair, place: tuple[int, float]) -> tuple[float, float]:
    """Give the logarithm of the integral, and its gap."""
    left, right, top = _window(pair, _at(pair, place, (0, len(pair.g))))
    if left == right:
        return -inf, 0.0
    _read(pair, _at(pair, place, (left, right)))
    even, odd, m, room = 0.0, 0.0, 1, pair.given.room
    while m < right - left:
        even += exp(room[m - 1] - top)
        odd += exp(room[m] - top)
        m += 2
    if m == right - left:
        even += exp(room[m - 1] - top)
    total = even + odd
    return top + log(total * pair.step), abs(even - odd) / total


@exact
def correlate(given: Lattices, d: Array, found: Sums) -> None:
    """Fill in the correlations of k trials at d (n, k); nan where d is."""
    for i in range(d.shape[1]):
        pair, fine = _pair(given, i), given.step[i] / FINE
        for n in range(d.shape[0]):
            if isnan(d[n, i]):
                found.height[n, i] = d[n, i]
                found.gap[n, i] = 0.0
                continue
            place = (given.begin2[i] + d[n, i] - given.begin1[i]) / fine
            place = min(max(place, -_FARTHEST), _FARTHEST)
            start = floor(place)
            height, gap = _summed(pair, (start, place - start))
            found.height[n, i] = height
            found.gap[n, i] = gap
