"""How probable it is that the events of a trial fall to its arms as they did, or otherwise."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp

from consilience.gaussian import Array

_LEVELS = (2, 4, 8, 16, 32, 64)
_CLOSE = 1e-6
_RELEVANT = 40.0
_LOWEST = -1e5  # stands for what cannot be, so that an interpolation stays finite


class Ways(NamedTuple):
    """The events that the intervention's arm could have had, the total of both arms given."""

    x1: Array
    """Events (s,), each one more than the one before."""
    log_ways: Array
    """About the logarithm of their probabilities (s,), where it bends most."""


class Told(NamedTuple):
    """What true effects say of data like those of a trial, beside what is held of them."""

    log_below: Array
    """log P(data that speak for a smaller effect, and what is held | θ), (g,); half of the same."""
    log_all: Array
    """log P(what is held | θ), (g,)."""


def fallen(log_at: Callable[[Array], Array], ways: Ways, own: float, *, upwards: bool) -> Told:
    """Add up the ways in which fewer events than its own would have fallen to an arm.

    P(x < x₁, m | θ) + ½ P(x₁, m | θ), and P(m | θ) = Σₓ P(x, m | θ).

    Parameters
    ----------
    log_at : callable
        log P(x, m | θ) at some x, (g, s).
    ways : Ways
        The events that the arm could have had.
    own : float
        Those that it had.
    upwards : bool
        Whether more events speak for a larger effect; where not, more events come first.
    """
    heights = _heights(log_at, ways)
    place = int(own - ways.x1[0])
    rest = heights[:, :place] if upwards else heights[:, place + 1 :]
    half = heights[:, [place]] - np.log(2.0)
    below = logsumexp(np.concatenate([rest, half], axis=1), axis=1)
    return Told(np.asarray(below), np.asarray(logsumexp(heights, axis=1)))


def _heights(log_at: Callable[[Array], Array], ways: Ways) -> Array:
    """Give log P(x, m | θ) of all ways, (g, s): of some, and between these by splines.

    What is left without the ways to choose is smooth in x, a straight line for odds and rate
    ratios; the points lie densest at both ends.
    """
    last = len(ways.x1) - 1
    known, found = np.zeros(0, dtype=int), np.zeros((0, 0))
    before = np.zeros((0, 0))
    for level in _LEVELS:
        wanted = np.unique(np.round(last * np.sin(0.5 * np.pi * np.arange(level + 1) / level) ** 2))
        fresh = np.setdiff1d(wanted.astype(int), known)
        if not fresh.size:
            continue
        values = np.maximum(log_at(ways.x1[fresh]), _LOWEST) - ways.log_ways[fresh]
        joined = np.concatenate([known, fresh])
        order = np.argsort(joined)
        found = np.concatenate([found.reshape(len(values), -1), values], axis=1)[:, order]
        known = joined[order]
        if len(known) == last + 1:
            return found + ways.log_ways
        heights = between(known, found, np.arange(last + 1.0)) + ways.log_ways
        if before.size and _alike(before, heights):
            break
        before = heights
    return heights


def between(knots: Array, rows: Array, places: Array) -> Array:
    """Interpolate logarithms (r, knots) at places (p,), (r, p).

    By cubic splines; by monotone ones where some are those of next to nothing, about whose edge a
    spline would swing.
    """
    from scipy.interpolate import CubicSpline, PchipInterpolator

    smooth = CubicSpline if rows.min() > 0.5 * _LOWEST else PchipInterpolator
    return np.asarray(smooth(knots, rows, axis=1)(places))


def _alike(one: Array, two: Array) -> bool:
    relevant = two > two.max(axis=1, keepdims=True) - _RELEVANT
    return bool(np.all(np.abs(one - two)[relevant] < _CLOSE))
