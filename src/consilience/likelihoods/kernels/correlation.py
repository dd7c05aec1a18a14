"""Correlations of two curves that are known at the points of lattices.

    log ∫ exp[f(b + d) + g(b)] db

by the trapezoid rule. For d on a lattice that is a sum of products, and no more: both curves are
exponentiated once. Such sums are found where they are first asked for, sixteen together, and kept;
between them their logarithm is interpolated by polynomials through 16 of them.
"""

from math import exp, floor, inf, isnan, log
from typing import NamedTuple

from consilience.compiled import exact, inlined, summing
from consilience.gaussian import Array
from consilience.likelihoods.kernels.lattices import FINE, SPARSE, STENCIL, Lattices, Samples

_LEFT = STENCIL // 2 - 1
_LEAST = 2.3e-16  # e^-36, with room for what a point differs from its neighbour by
_STRIDE = 4
_FARTHEST = 1e15
_HIT = 1e-9
_PHASES = 2 * FINE
_HIGH = 340.0  # both curves reach e^340, so that products of what is left of them are numbers
_DEEP = 1040.0
_NOTHING = -1100.0  # stands for the logarithm of a sum of which no number is left
_UNSURE = 2.0 * _HIGH - 700.0  # deeper, what was left out of the curves may be felt
_SMALLEST = exp(_HIGH - _DEEP)


class Sums(NamedTuple):
    """What is filled in, (n, k) each."""

    height: Array
    """Logarithms of the integrals."""
    gap: Array
    """How far the sum over every other point is from it, as a share."""


class _Pair(NamedTuple):
    """The curves of one trial, exponentiated."""

    first: Array
    """f, each fourth point of its lattice after the other."""
    length: int
    """Points of each such phase."""
    second: Array
    """g, each second point after the other."""
    half: int
    """Points of each of the two."""
    heights: Array
    gaps: Array
    scale: float
    """Logarithm of what a sum is multiplied by."""


@inlined
def _pair(given: Lattices, i: int) -> _Pair:
    first = given.first[given.from1[i] : given.from1[i + 1]]
    second = given.second[given.from2[i] : given.from2[i + 1]]
    heights = given.heights[given.from3[i] : given.from3[i + 1]]
    gaps = given.gaps[given.from3[i] : given.from3[i + 1]]
    scale = given.tops[i] - 2.0 * _HIGH + log(given.fine[i] * FINE)
    return _Pair(first, len(first) // _PHASES, second, len(second) // 2, heights, gaps, scale)


@inlined
def _begun(pair: _Pair, j: int) -> int:
    """Say where f begins that the even points of g meet at height j."""
    return (j % _PHASES) * pair.length + j // _PHASES


@exact
def _window(pair: _Pair, j: int) -> tuple[int, int]:
    """Find between which points of each half of g something is felt; all of them if nowhere.

    Only every `_STRIDE`-th point of g is looked at.
    """
    jump = _STRIDE // 2
    top, begin, count = 0.0, _begun(pair, j), (pair.half - 1) // jump + 1
    for c in range(count):
        top = max(top, pair.first[begin + c * jump] * pair.second[c * jump])
    if top <= 0.0:
        return 0, pair.half
    least, left, right = _LEAST * top, 0, count - 1
    while pair.first[begin + left * jump] * pair.second[left * jump] < least:
        left += 1
    while pair.first[begin + right * jump] * pair.second[right * jump] < least:
        right -= 1
    return max((left - 1) * jump, 0), min((right + 1) * jump + 1, pair.half)


@summing
def _dot(one: Array, other: Array) -> float:
    total = 0.0
    for m in range(len(other)):
        total += one[m] * other[m]
    return total


@exact
def _fill(pair: _Pair, begin: int) -> None:
    """Find the heights of one stretch of the lattice."""
    end = min(begin + STENCIL, len(pair.heights))
    (left, right), (low, high) = _window(pair, begin), _window(pair, end - 1)
    left, right = min(left, low), max(right, high)
    for j in range(begin, end):
        one, two = _begun(pair, j), _begun(pair, j + FINE)
        even = _dot(pair.first[one + left : one + right], pair.second[left:right])
        odd = _dot(
            pair.first[two + left : two + right],
            pair.second[pair.half + left : pair.half + right],
        )
        total = even + odd
        height = log(total) if total > 0.0 else _NOTHING
        pair.gaps[j] = abs(even - odd) / total if height > _UNSURE else 1.0
        pair.heights[j] = pair.scale + height


@inlined
def _reach(pair: _Pair, j: int) -> None:
    """See to it that the stencil that begins at height j is there."""
    for at in (j, j + STENCIL - 1):
        if isnan(pair.heights[at]):
            _fill(pair, at - at % STENCIL)


@exact
def _between(given: Lattices, pair: _Pair, place: float) -> tuple[float, float]:
    """Give a height between those of the lattice, and its gap."""
    last = len(pair.heights) - STENCIL
    start = min(max(floor(place) - _LEFT, 0), last)
    _reach(pair, start)
    total, height, gap = 0.0, 0.0, 0.0
    for t in range(STENCIL):
        away = place - (start + t)
        if abs(away) < _HIT:
            return pair.heights[start + t], pair.gaps[start + t]
        share = given.weights[t] / away
        total += share
        height += share * pair.heights[start + t]
        if abs(away) < 1.0:
            gap = max(gap, pair.gaps[start + t])
    return height / total, gap


@exact
def correlate(given: Lattices, d: Array, found: Sums) -> None:
    """Fill in the correlations of k trials at d (n, k); nan where d is."""
    for i in range(d.shape[1]):
        pair = _pair(given, i)
        last = len(pair.heights) - 1
        for n in range(d.shape[0]):
            if isnan(d[n, i]):
                found.height[n, i] = d[n, i]
                found.gap[n, i] = 0.0
                continue
            place = (d[n, i] - given.begin[i]) / given.fine[i]
            place = min(max(place, -_FARTHEST), _FARTHEST)
            inside = min(max(place, 0.0), float(last))
            height, gap = _between(given, pair, inside)
            beyond = given.slopes[i, 0] if place < 0.0 else given.slopes[i, 1]
            found.height[n, i] = height + beyond * (place - inside)
            found.gap[n, i] = gap


@exact
def _highest(values: Array) -> float:
    top = -inf
    for value in values:
        top = max(top, value)
    return top


@inlined
def _raised(value: float, top: float) -> float:
    """Exponentiate what is not nothing."""
    return exp(value - top + _HIGH) if value - top > -_DEEP else 0.0


@inlined
def _strung(room: Array, j: int, phases: int) -> int:
    """Say where a point is put of which every so many-th follows the other."""
    return (j % phases) * (len(room) // phases) + j // phases


@exact
def _straight(room: Array, at: tuple[int, int], ratio: float) -> None:
    """Let a curve go on from a point to one side as a straight line, as long as it is felt."""
    j, side = at
    value = room[_strung(room, j, _PHASES)] * ratio
    while 0 <= j + side < len(room) and value >= _SMALLEST:
        j += side
        room[_strung(room, j, _PHASES)] = value
        value *= ratio


@exact
def _spread(samples: Samples, i: int, room: Array) -> tuple[int, int, float]:
    """Fill the first curve in between its samples; say from where to where, and how high it is."""
    f = samples.first[samples.from1[i] : samples.from1[i + 1]]
    half, top = STENCIL // 2, _highest(f)
    start, last = samples.start[i] + SPARSE * half, len(room) - 1
    for m in range(len(f) - STENCIL):
        j = start + SPARSE * m
        between = _dot(f[m + 1 : m + 1 + STENCIL], samples.halfway)
        between = between if between > -inf else -inf
        if j <= last:
            room[_strung(room, j, _PHASES)] = _raised(f[m + half], top)
        if j + 1 <= last:
            room[_strung(room, j + 1, _PHASES)] = _raised(between, top)
    return start, min(start + SPARSE * (len(f) - STENCIL) - 1, last), top


@exact
def exponentiate(given: Lattices, samples: Samples) -> None:
    """Fill both curves in; beyond its samples the first is a straight line."""
    given.first[:] = 0.0
    given.second[:] = 0.0
    for i in range(len(given.begin)):
        first = given.first[given.from1[i] : given.from1[i + 1]]
        second = given.second[given.from2[i] : given.from2[i + 1]]
        g = samples.second[samples.from2[i] : samples.from2[i + 1]]
        start, last, top1 = _spread(samples, i, first)
        top2 = _highest(g)
        given.tops[i] = top1 + top2
        for m in range(len(g)):
            second[_strung(second, m, 2)] = _raised(g[m], top2)
        _straight(first, (start, -1), exp(-given.slopes[i, 0]))
        _straight(first, (last, 1), exp(given.slopes[i, 1]))
