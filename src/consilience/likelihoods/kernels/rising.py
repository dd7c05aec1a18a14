"""Rising factorials without cancellation."""

from math import exp, log, log1p
from typing import NamedTuple

from consilience.compiled import exact, inlined
from consilience.gaussian import Array

_FEW = 16.0
_LEAST = 1e-290


class Overdispersed(NamedTuple):
    """Counts of trials, (k,) each, whose risks vary as Beta(p·size, (1 − p)·size)."""

    x: Array
    rest: Array
    """Those without an event."""
    size: float


@inlined
def _series(a: float) -> float:
    """Give log Γ(a) − (a − ½) log a + a − ½ log 2π, by Stirling's series."""
    r = 1.0 / a
    square = r * r
    inner = 1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square / 1188.0))
    return r * (1.0 / 12.0 - square * inner)


@exact
def log_rising(a: float, x: float) -> float:
    """Give log a(a + 1)…(a + x − 1): the first sixteen factors as they are, the rest by Stirling.

    Parameters
    ----------
    a : float
        Above zero.
    x : float
        Whole.
    """
    one, two, j = 1.0, 1.0, 0.0
    while j + 1.0 < min(x, _FEW):
        one *= a + j
        two *= a + j + 1.0
        j += 2.0
    if j < min(x, _FEW):
        one *= a + j
    few = log(one * two)
    if x <= _FEW:
        return few
    large, rest = a + _FEW, x - _FEW
    tail = _series(large + rest) - _series(large)
    far = (large - 0.5) * log1p(rest / large) + rest * log(large + rest) - rest
    return few + far + tail


@exact
def fill_rising(a: Array, x: Array, found: Array) -> None:
    """Fill in the logarithms of rising factorials, (n,) each."""
    for n in range(len(a)):
        found[n] = log_rising(a[n], x[n])


@exact
def fill_overdispersed(given: Overdispersed, place: Array, found: Array) -> None:
    """Fill in log Γ(ps + x)/Γ(ps) + log Γ(qs + rest)/Γ(qs) for sizes s, logit p = place (n, k)."""
    for n in range(place.shape[0]):
        for i in range(place.shape[1]):
            odds = exp(-abs(place[n, i]))
            large, small = 1.0 / (1.0 + odds), odds / (1.0 + odds)
            above = place[n, i] > 0.0
            p = given.size * max(large if above else small, _LEAST)
            q = given.size * max(small if above else large, _LEAST)
            found[n, i] = log_rising(p, given.x[i]) + log_rising(q, given.rest[i])
