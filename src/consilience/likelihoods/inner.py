"""Integrals over a trial's own baseline, many at a time, each where its integrand lies."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.polynomial import legendre
from scipy.special import logsumexp

from consilience.gaussian import Array

FARTHEST = 700.0
"""Log odds or log rates beyond this are none: e^−700 is the end of numbers."""

_GRID = np.linspace(0.0, 1.0, 25).reshape(-1, 1, 1)
_DROP = 40.0  # e^-40 = 4e-18: what is left out cannot be seen in double precision
_FILLED = 0.3
_ROUNDS = 60
_FINE = 129

type Log = Callable[[Array], Array]
"""A function of points b (g, n, k)."""


def log_integral(log_f: Log, ends: tuple[Array, Array], *, edge: Array, order: int) -> Array:
    """Give log ∫ f(b) db of unimodal functions, (n, k).

    A grid zooms in until the hull of what is within e⁻⁴⁰ of the peak fills it; then Gauss–Legendre
    to both sides of the peak, with nodes that lie densest there: one tail may be a hundred times as
    long as the other. Where f has an edge, it ends a piece.

    Parameters
    ----------
    log_f : callable
        log f at points (g, n, k).
    ends : tuple of array (n, k)
        Where b may lie.
    edge : array (n, k)
        A point where f may not be smooth; nan where there is none.
    order : int
        Nodes of each piece.
    """
    with np.errstate(all="ignore"):
        lower, upper = hull(log_f, *ends)
        peak = _peak(log_f, lower, upper)
        pieces = [
            _piece(log_f, start, stop, order=order)
            for end in (lower, upper)
            for start, stop in _cut(peak, end, edge)
        ]
        return logsumexp(pieces, axis=0)


def _cut(peak: Array, end: Array, edge: Array) -> tuple[tuple[Array, Array], ...]:
    """Cut the way from the peak to an end at the edge, where one may lie on it."""
    if np.isnan(edge).all():
        return ((peak, end),)
    known = np.where(np.isnan(edge), peak, edge)
    middle = np.clip(known, np.minimum(peak, end), np.maximum(peak, end))
    return (peak, middle), (middle, end)


def drawn_from(log_f: Log, ends: tuple[Array, Array], uniform: Array) -> Array:
    """Draw b from densities proportional to f, (n, k), by inverting a fine trapezoid rule."""
    with np.errstate(all="ignore"):
        lower, upper = hull(log_f, *ends)
        share = np.linspace(0.0, 1.0, _FINE).reshape(-1, 1, 1)
        heights = log_f(lower + share * (upper - lower))
    heights = np.where(np.isnan(heights), -np.inf, heights)
    mass = np.exp(heights - heights.max(axis=0))
    reached = np.cumsum(mass, axis=0) / mass.sum(axis=0)
    place = np.sum(reached < uniform, axis=0)[None]
    before = np.take_along_axis(
        np.concatenate([np.zeros_like(reached[:1]), reached]), place, axis=0
    )
    own = np.take_along_axis(reached, np.minimum(place, _FINE - 1), axis=0) - before
    inside = (uniform - before) / np.where(own > 0.0, own, 1.0) - 0.5
    return np.clip(lower + (place + inside)[0] / (_FINE - 1) * (upper - lower), lower, upper)


def hull(log_f: Log, lower: Array, upper: Array) -> tuple[Array, Array]:
    """Zoom in to where unimodal f is within e⁻⁴⁰ of its peak: both ends, (n, k)."""
    for _ in range(_ROUNDS):
        step = (upper - lower) / (len(_GRID) - 1)
        heights = log_f(lower + _GRID * (upper - lower))
        heights = np.where(np.isnan(heights), -np.inf, heights)
        near = heights > heights.max(axis=0) - _DROP
        near |= heights == heights.max(axis=0)
        first = np.maximum(near.argmax(axis=0) - 1, 0)
        last = np.minimum(len(_GRID) - near[::-1].argmax(axis=0), len(_GRID) - 1)
        settled = bool(np.all(last - first > _FILLED * (len(_GRID) - 1)))
        lower, upper = lower + first * step, lower + last * step
        if settled:
            break
    return lower, upper


def _peak(log_f: Log, lower: Array, upper: Array) -> Array:
    """Find the peak to a hundred-and-fiftieth of the hull."""
    for grid in (_GRID, _GRID[::2]):
        heights = log_f(lower + grid * (upper - lower))
        at = np.where(np.isnan(heights), -np.inf, heights).argmax(axis=0)
        step = (upper - lower) / (len(grid) - 1)
        peak = lower + at * step
        lower, upper = np.maximum(peak - step, lower), np.minimum(peak + step, upper)
    return peak


def _piece(log_f: Log, start: Array, stop: Array, *, order: int) -> Array:
    """Give log |∫ f| from one end to the other, with nodes b = start + (stop − start)u²."""
    u, log_w = _rule(order)
    way = stop - start
    heights = log_f(start + way * u**2) + log_w + np.log(2.0 * u)
    heights = np.where(np.isnan(heights), -np.inf, heights)
    return logsumexp(heights, axis=0) + np.log(np.abs(way))


@lru_cache
def _rule(order: int) -> tuple[Array, Array]:
    t, w = legendre.leggauss(order)
    return 0.5 * (t + 1.0).reshape(-1, 1, 1), np.log(0.5 * w).reshape(-1, 1, 1)
