"""What each trial says about its expectation, its true effect integrated out: compiled.

    Lᵢ(η, h) = ∫ ℓᵢ(θ) N(θ; η, h) dθ,

by the trapezoid rule on the whole line, which for such integrands is exact to e^(−2π²/κ²) with
steps of κ standard deviations. It walks out from a point near the peak in both directions, until
what is left cannot be seen, so that no range has to be known.
"""

from collections.abc import Callable
from functools import cache
from math import exp, inf, log, sqrt
from typing import NamedTuple

from consilience.engines.compiled import CACHE_KEY_ONLY, exact, inlined, kept, stamp
from consilience.gaussian import Array

_SEEN = 39.0  # e^-39 = 1e-17
_SPIKE = 1e-7  # narrower than this, in units of the curve, a normal is a point
_LOG_2PI = 1.8378770664093453
_MOST = 20_000
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
def _walk(table: Table, i: int, at: tuple[float, float, float, float]) -> tuple:
    """Sum up from a point in steps: log of the sum, and sums of the first two moments about it."""
    eta, h, start, step = at
    half = 0.5 / h
    top = height(table, i, start) - half * (start - eta) ** 2
    total, first, second = 1.0, 0.0, 0.0
    for side in range(2):
        direction = 1.0 if side == 0 else -1.0
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


@exact
def _began(table: Table, i: int, known: tuple[float, float]) -> tuple:
    """Find where to begin, and the standard deviation that is expected there."""
    eta, h = known
    v = table.scale[i] * table.scale[i]
    return (eta / h + table.centre[i] / v) / (1.0 / h + 1.0 / v), sqrt(1.0 / (1.0 / h + 1.0 / v))


@exact
def fill(table: Table, work: Work, found: Found) -> None:
    """Fill in the masses and conditional moments."""
    for n in range(work.eta.shape[0]):
        for i in range(work.eta.shape[1]):
            eta, h = work.eta[n, i], work.h[n, i]
            if sqrt(h) < _SPIKE * table.scale[i]:
                found.log_mass[n, i] = height(table, i, eta)
                found.mean[n, i] = eta
                found.variance[n, i] = h
                continue
            start, sd = _began(table, i, (eta, h))
            step = work.kappa * sd
            top, total, first, second = _walk(table, i, (eta, h, start, step))
            found.log_mass[n, i] = top + log(total * step) - 0.5 * (_LOG_2PI + log(h))
            found.mean[n, i] = start + first / total
            found.variance[n, i] = second / total - (first / total) ** 2


@exact
def draw(table: Table, work: Work, wish: Wish) -> None:
    """Draw true effects (n, k) given η, h and the trials, by inverting a fine trapezoid rule."""
    for n in range(work.eta.shape[0]):
        for i in range(work.eta.shape[1]):
            eta, h = work.eta[n, i], work.h[n, i]
            start, sd = _began(table, i, (eta, max(h, 1e-300)))
            if sqrt(h) < _SPIKE * table.scale[i]:
                wish.theta[n, i] = eta
                continue
            step = work.kappa * sd
            top, total, _, _ = _walk(table, i, (eta, h, start, step))
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


@cache
def filled() -> Callable[[Table, Work, Found], None]:
    """Give `fill`, compiled, or loaded from numba's cache."""
    version = stamp("consilience.engines.integrated")

    def over(table: Table, work: Work, found: Found) -> None:
        if version != CACHE_KEY_ONLY:
            fill(table, work, found)

    return kept(over)


@cache
def drawn() -> Callable[[Table, Work, Wish], None]:
    """Give `draw`, compiled, or loaded from numba's cache."""
    version = stamp("consilience.engines.integrated")

    def over(table: Table, work: Work, wish: Wish) -> None:
        if version != CACHE_KEY_ONLY:
            draw(table, work, wish)

    return kept(over)


@cache
def heights() -> Callable[[Table, Array, Array], None]:
    """Give `read`, compiled, or loaded from numba's cache."""
    version = stamp("consilience.engines.integrated")

    def over(table: Table, theta: Array, found: Array) -> None:
        if version != CACHE_KEY_ONLY:
            read(table, theta, found)

    return kept(over)
