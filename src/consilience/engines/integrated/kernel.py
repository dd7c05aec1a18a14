"""What each trial says about its expectation, its true effect integrated out: compiled.

    Lᵢ(η, h) = ∫ ℓᵢ(θ) N(θ; η, h) dθ,

by the trapezoid rule on the whole line, which for such integrands is exact to e^(−2π²/κ²) with
steps of κ SDs. It walks out from a point near the peak both ways, until what is left cannot be
seen. Steps lie on one lattice for each trial and h: a curve is read once at each of its points.
"""

from math import exp, inf, isnan, log, nan, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consilience.engines.compiled import exact, inlined
from consilience.gaussian import Array

_SEEN = 39.0  # e^-39 = 1e-17
_UNSEEN = 1e-17
_SPIKE = 1e-7  # narrower than this, in units of the curve, a normal is a point
_LOG_2PI = 1.8378770664093453
_MOST = 20_000
_FARTHEST = 1e15
_APART = 30.0  # steps: what lies closer is walked over anyway
_LONG, _HOPELESS = 100, -2000.0  # so deep, nobody looks closer: the search only has to turn back


class Table(NamedTuple):
    """Curves of k trials, piecewise; see `table.tabulate`."""

    centre: Array
    scale: Array
    narrow: Array
    """1/scale."""
    low: Array
    """u at the lower end, (k,)."""
    density: Array
    """Panels for each unit of u, (k,)."""
    coefficients: Array
    """(k, panels, nodes)."""
    ends: Array
    """θ at both ends, (k, 2); beyond them log ℓ is a straight line."""
    values: Array
    slopes: Array
    peak: Array
    """Where each curve is highest, (k,)."""
    top: Array
    """How high it is there."""


class Work(NamedTuple):
    """What is asked: n expectations of each trial, and the scatter of its true effect."""

    eta: Array
    """(n, k)."""
    h: Array
    """Variances, (n, k)."""
    kappa: float
    """Steps in standard deviations."""
    order: NDArray[np.intp]
    """Nodes with equal h beside one another, (n,)."""
    read: Array
    """Room for curves that were read."""


class One(NamedTuple):
    """The curve of one trial."""

    table: Table
    i: int


class Lattice(NamedTuple):
    """θ = middle + j·step, and a curve as far as it was read there."""

    middle: float
    step: float
    read: Array
    """ℓ/max ℓ at the points about the middle; nan where it was not read."""


class Wish(NamedTuple):
    """What draws are made from, and where they are put, (n, k) each."""

    uniform: Array
    theta: Array


class Found(NamedTuple):
    """What is filled in, (n, k) each."""

    log_mass: Array
    """log Lᵢ."""
    mean: Array
    """Of the true effect given η, h and the trial."""
    variance: Array


@inlined
def height(table: Table, i: int, theta: float) -> float:
    """Give log ℓᵢ(θ)."""
    if theta <= table.ends[i, 0]:
        return table.values[i, 0] + table.slopes[i, 0] * (theta - table.ends[i, 0])
    if theta >= table.ends[i, 1]:
        return table.values[i, 1] + table.slopes[i, 1] * (theta - table.ends[i, 1])
    z = (theta - table.centre[i]) * table.narrow[i]
    u = log(abs(z) + sqrt(z * z + 1.0))
    place = ((u if z > 0.0 else -u) - table.low[i]) * table.density[i]
    nodes, last = table.coefficients.shape[2], table.coefficients.shape[1] - 1
    p = min(max(int(place), 0), last)
    x = 2.0 * (place - p) - 1.0
    one, two = 0.0, 0.0
    for j in range(nodes - 1, 0, -1):
        one, two = 2.0 * x * one - two + table.coefficients[i, p, j], one
    return x * one - two + table.coefficients[i, p, 0]


@exact
def _hop(one: One, at: tuple[float, float, int], lattice: Lattice) -> tuple:
    """Do what `_walk` does where the curve was read; the normal density by recurrence.

    A step changes its log by a number that changes by a constant. -1: no room, or numbers end.
    """
    eta, h, begin = at
    table, i = one
    step, middle = lattice.step, len(lattice.read) // 2
    start = lattice.middle + begin * step
    away, bend = start - eta, exp(-step * step / h)
    highest = exp(min(0.5 * away * away / h, 700.0))
    total, first, second, biggest = 0.0, 0.0, 0.0, 1e-250
    for side in range(2):
        direction = 1 if side == 0 else -1
        ratio = exp(-(direction * step * away + 0.5 * step * step) / h)
        normal = 1.0 if side == 0 else ratio
        ratio = ratio if side == 0 else ratio * bend
        j = 0 if side == 0 else -1
        while True:
            place = begin + j + middle
            if place < 0 or place >= len(lattice.read):
                return 0.0, -1.0, 0.0, 0.0
            if isnan(lattice.read[place]):
                lattice.read[place] = exp(height(table, i, start + j * step) - table.top[i])
            own = lattice.read[place]
            mass, moved = own * normal, j * step
            total += mass
            first += mass * moved
            second += mass * moved * moved
            biggest = max(biggest, mass)
            if mass < _UNSEEN * biggest:
                theta = start + j * step
                left = own if direction * (theta - table.peak[i]) >= 0.0 else 1.0
                rest = normal if direction * (theta - eta) >= 0.0 else highest
                if left * rest < _UNSEEN * biggest:
                    break
            normal *= ratio
            ratio *= bend
            j += direction
    if not 1e-200 < total < 1e200:
        return 0.0, -1.0, 0.0, 0.0
    return table.top[i] - 0.5 * away * away / h, total, first, second


@exact
def _walk(one: One, at: tuple[float, float, int], lattice: Lattice) -> tuple:
    """Sum up from a point in steps: log of the sum, and sums of the first two moments about it."""
    eta, h, begin = at
    table, i = one
    step, start = lattice.step, lattice.middle + begin * lattice.step
    half = 0.5 / h
    top = height(table, i, start) - half * (start - eta) ** 2
    total, first, second = 1.0, 0.0, 0.0
    for side in range(2):
        direction = 1 if side == 0 else -1
        before = -inf if side == 0 else top
        for j in range(1, _MOST):
            away = direction * j * step
            theta = start + away
            own = height(table, i, theta)
            now = own - half * (theta - eta) ** 2
            if j > _LONG and top < _HOPELESS:
                break
            if now > top:
                shrink = exp(top - now)
                total, first, second = total * shrink, first * shrink, second * shrink
                top = now
            mass = exp(now - top)
            total += mass
            first += mass * away
            second += mass * away * away
            if now < top - _SEEN and now < before:
                past_peak = direction * (theta - table.peak[i]) >= 0.0
                past_eta = direction * (theta - eta) >= 0.0
                left = own if past_peak else table.top[i]
                if not past_eta or not past_peak:
                    least = 0.0 if not past_eta else 0.5 * (theta - eta) ** 2 / h
                    if left - least > top - _SEEN:
                        before = now
                        continue
                break
            before = now
    return top, total, first, second


@inlined
def _lattice(one: One, h: float, work: Work) -> Lattice:
    """Lay steps of κ standard deviations out about the middle of a curve."""
    v = one.table.scale[one.i] * one.table.scale[one.i]
    step = work.kappa * sqrt(1.0 / (1.0 / h + 1.0 / v))
    return Lattice(one.table.centre[one.i], step, work.read)


@inlined
def _began(one: One, known: tuple[float, float], lattice: Lattice) -> int:
    """Find where on the lattice to begin; on no lattice of integers from beyond 1e15.

    Where the curve were highest, were it normal; at η itself if that is higher, as where the curve
    has become flat long before.
    """
    eta, h = known
    table, i = one
    v = table.scale[i] * table.scale[i]
    middle = (eta / h + lattice.middle / v) / (1.0 / h + 1.0 / v)
    if abs(middle - eta) > _APART * lattice.step:
        fallen = 0.5 * (middle - eta) ** 2 / h
        if height(table, i, eta) > height(table, i, middle) - fallen:
            middle = eta
    return int(min(max((middle - lattice.middle) / lattice.step, -_FARTHEST), _FARTHEST))


@exact
def smoothed(one: One, known: tuple[float, float], work: Work) -> tuple[float, float, float]:
    """Give log Lᵢ and two moments of θᵢ at η and h, for which `work.read` is good."""
    eta, h = known
    if sqrt(h) < _SPIKE * one.table.scale[one.i]:
        return height(one.table, one.i, eta), eta, h
    lattice = _lattice(one, h, work)
    begin = _began(one, (eta, h), lattice)
    top, total, first, second = _hop(one, (eta, h, begin), lattice)
    if total < 0.0:
        top, total, first, second = _walk(one, (eta, h, begin), lattice)
    mean = lattice.middle + begin * lattice.step + first / total
    scale = log(total * lattice.step) - 0.5 * (_LOG_2PI + log(h))
    return top + scale, mean, second / total - (first / total) ** 2


@exact
def fill(table: Table, work: Work, found: Found) -> None:
    """Fill in the masses and conditional moments."""
    for i in range(work.eta.shape[1]):
        before, one = -1.0, One(table, i)
        for n in work.order:
            h = work.h[n, i]
            if h != before:
                work.read[:], before = nan, h
            own = smoothed(one, (work.eta[n, i], h), work)
            found.log_mass[n, i], found.mean[n, i], found.variance[n, i] = own


@exact
def draw(table: Table, work: Work, wish: Wish) -> None:
    """Draw true effects (n, k) given η, h and the trials, by inverting a fine trapezoid rule."""
    for n in range(work.eta.shape[0]):
        for i in range(work.eta.shape[1]):
            eta, h = work.eta[n, i], work.h[n, i]
            if sqrt(h) < _SPIKE * table.scale[i]:
                wish.theta[n, i] = eta
                continue
            one = One(table, i)
            lattice = _lattice(one, h, work)
            step, begin = lattice.step, _began(one, (eta, h), lattice)
            start = lattice.middle + begin * step
            top, total, _, _ = _walk(one, (eta, h, begin), lattice)
            wanted, reached, j = wish.uniform[n, i] * total, 0.0, 0
            first = start
            while first > start - _MOST * step:
                normal = -0.5 * (first - eta) ** 2 / h - top
                beyond = first <= table.peak[i] or table.top[i] + normal < -_SEEN
                if beyond and first < eta and height(table, i, first) + normal < -_SEEN:
                    break
                first -= step
            last = first
            while j < 2 * _MOST and reached < wanted:
                last += step
                now = exp(height(table, i, last) - 0.5 * (last - eta) ** 2 / h - top)
                if reached + now >= wanted:
                    break
                reached += now
                j += 1
            mass = exp(height(table, i, last) - 0.5 * (last - eta) ** 2 / h - top)
            share = (wanted - reached) / mass if mass > 0.0 else 0.5
            wish.theta[n, i] = last + (min(max(share, 0.0), 1.0) - 0.5) * step


@exact
def read(table: Table, theta: Array, heights: Array) -> None:
    """Read the curves (n, k) off at true effects (n, k)."""
    for n in range(theta.shape[0]):
        for i in range(theta.shape[1]):
            heights[n, i] = height(table, i, theta[n, i])
