"""Logarithms of the ways to choose, and of rising factorials, without cancellation."""

import numpy as np
from scipy.special import gammaln

from consilience.gaussian import Array

_STIRLING = 100.0


def log_choose(n: Array, x: Array) -> Array:
    """Give log of n over x."""
    return np.asarray(gammaln(n + 1.0) - gammaln(x + 1.0) - gammaln(n - x + 1.0))


def log_rising(a: Array, x: Array) -> Array:
    """Give log Γ(a + x)/Γ(a) without cancellation where a is large."""
    near = a < _STIRLING
    if near.all():
        return np.asarray(gammaln(a + x) - gammaln(a))
    large = np.maximum(a, _STIRLING)
    tail = _series(large + x) - _series(large)
    far = (large - 0.5) * np.log1p(x / large) + x * np.log(large + x) - x + tail
    if not near.any():
        return np.asarray(far)
    small = np.minimum(a, _STIRLING)
    return np.where(near, gammaln(small + x) - gammaln(small), far)


def _series(a: Array) -> Array:
    r = 1.0 / a
    square = r * r
    inner = 1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0)
    return np.asarray(r * (1.0 / 12.0 - square * inner))


def overdispersed(x: Array, n: Array, *, size: Array, chances: tuple[Array, Array]) -> Array:
    """Give the log probability of x of n events, beta-binomial with p·size and (1 − p)·size.

    Parameters
    ----------
    x, n : array (k,)
        Events and participants.
    size : array (n, 1)
        (1 − ρ)/ρ.
    chances : tuple of array (…, n, k)
        log p and log(1 − p).
    """
    p, q = (np.maximum(np.exp(each), 1e-290) * size for each in chances)
    known = log_choose(n, x) - log_rising(size + 0.0 * n, n)
    return known + log_rising(p, x) + log_rising(q, n - x)
