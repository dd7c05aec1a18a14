"""Logarithms of the ways to choose, and of rising factorials, without cancellation."""

import numpy as np
from scipy.special import gammaln

from consilience.gaussian import Array


def log_choose(n: Array, x: Array) -> Array:
    """Give log of n over x."""
    return np.asarray(gammaln(n + 1.0) - gammaln(x + 1.0) - gammaln(n - x + 1.0))


def log_rising(a: Array, x: Array) -> Array:
    """Give log Γ(a + x)/Γ(a) = log a(a + 1)…(a + x − 1) for a > 0 and whole x."""
    from consilience.likelihoods.kernels.loops import risen

    whole, events = np.broadcast_arrays(np.asarray(a, dtype=float), np.asarray(x, dtype=float))
    found = np.empty(whole.shape)
    risen()(whole.flatten(), events.flatten(), found.ravel())
    return found


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
    from consilience.likelihoods.kernels.deviance import LARGE

    p, q = (np.maximum(np.exp(each), 1e-290) * size for each in chances)
    known = log_choose(n, x) - log_rising(size + 0.0 * n, n)
    found = known + log_rising(p, x) + log_rising(q, n - x)
    large = np.flatnonzero(n > LARGE)
    if large.size:
        found[..., large] = _shares(p[..., large], q[..., large], counts=(x[large], n[large]))
    return found


def _shares(a: Array, b: Array, *, counts: tuple[Array, Array]) -> Array:
    """Give the same without cancellation, for arms in which factorials cancel."""
    from consilience.likelihoods.kernels.loops import shared

    x, n = (np.broadcast_to(each, a.shape) for each in counts)
    found = np.empty(a.shape)
    shared()((a.ravel(), b.ravel()), (x.ravel(), (n - x).ravel()), found.ravel())
    return found
