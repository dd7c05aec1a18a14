"""Probabilities of overdispersed counts in arms so large that their factorials would cancel.

With z! = √(2πz)(z/e)ᶻe^err(z), what is left of the powers is a deviance. For x + y = n events and
others, and a + b = s,

    log C(n, x) B(a + x, b + y)/B(a, b) = −n KL(x/n ‖ π) − s KL(a/s ‖ π) + ½ log … + err …,

π = (a + x)/(s + n): a sum of terms of one sign, each as small as it is.
"""

from math import exp, log, log1p
from typing import NamedTuple

from consilience.compiled import exact, inlined
from consilience.gaussian import Array
from consilience.likelihoods.kernels.rising import FEW, log_rising, series

LARGE = 1000.0
"""Participants of an arm beyond which factorials cancel too much."""

_HALF_LOG_2PI = 0.9189385332046727
_LEAST = 1e-290


class Overdispersed(NamedTuple):
    """Counts of trials, (k,) each, whose risks vary as Beta(p·size, (1 − p)·size)."""

    x: Array
    rest: Array
    """Those without an event."""
    size: Array


@inlined
def _gap(count: float, mean: float, away: float) -> float:
    """Give count·log(count/mean) − away, away = count − mean; no less than zero."""
    if count <= 0.0:
        return -away
    near = abs(away) < 0.5 * count
    return count * (-log1p(-away / count) if near else log(count / mean)) - away


@exact
def _left(count: float) -> float:
    """Give log count! less its powers: half a logarithm, ½ log 2π and err."""
    if count <= 0.0:
        return 0.0
    half = _HALF_LOG_2PI + 0.5 * log(count)
    if count >= FEW:
        return half + series(count)
    product, j = 1.0, 2.0
    while j <= count:
        product *= j
        j += 1.0
    return log(product) - count * log(count) + count


@inlined
def _grown(size: float, count: float) -> float:
    """Give log Γ(size + count)/Γ(size) less its powers."""
    if count <= 0.0:
        return 0.0
    return series(size + count) - series(size) - 0.5 * log1p(count / size)


@exact
def log_share(sizes: tuple[float, float], counts: tuple[float, float]) -> float:
    """Give the log probability of x events and y others, beta-binomial with a and b.

    Up to sixteen factors of each kind are taken as they are, so that Stirling's series holds.
    """
    (a, b), (x, y) = sizes, counts
    s, n, product = a + b, x + y, 1.0
    for _ in range(int(min(x, FEW))):
        product *= (a / x) * (n / s)
        a, x, s, n = a + 1.0, x - 1.0, s + 1.0, n - 1.0
    first, product = product, 1.0
    for _ in range(int(min(y, FEW))):
        product *= (b / y) * (n / s)
        b, y, s, n = b + 1.0, y - 1.0, s + 1.0, n - 1.0
    few = log(first) + log(product)
    if n <= 0.0:
        return few
    away, one, two = (x * b - y * a) / (n + s), (a + x) / (n + s), (b + y) / (n + s)
    powers = _gap(x, n * one, away) + _gap(y, n * two, -away)
    powers += _gap(a, s * one, -away) + _gap(b, s * two, away)
    rest = _grown(a, x) + _grown(b, y) - _grown(s, n)
    return few - powers + rest + _left(n) - _left(x) - _left(y)


@exact
def fill_shares(sizes: tuple[Array, Array], counts: tuple[Array, Array], found: Array) -> None:
    """Fill in log probabilities, (n,) each."""
    for m in range(len(found)):
        found[m] = log_share((sizes[0][m], sizes[1][m]), (counts[0][m], counts[1][m]))


@exact
def fill_overdispersed(given: Overdispersed, place: Array, found: Array) -> None:
    """Fill in log probabilities for logit p = place (n, k).

    Of arms that are not large without what does not depend on p: log a(a + 1)…(a + x − 1) and the
    same of b and y.
    """
    for m in range(place.shape[0]):
        for i in range(place.shape[1]):
            odds = exp(-abs(place[m, i]))
            greater, lesser = 1.0 / (1.0 + odds), odds / (1.0 + odds)
            above, x, y = place[m, i] > 0.0, given.x[i], given.rest[i]
            a = given.size[i] * max(greater if above else lesser, _LEAST)
            b = given.size[i] * max(lesser if above else greater, _LEAST)
            if x + y > LARGE:
                found[m, i] = log_share((a, b), (x, y))
            else:
                found[m, i] = log_rising(a, x) + log_rising(b, y)
