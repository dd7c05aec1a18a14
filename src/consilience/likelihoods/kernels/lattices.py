"""Two curves at the points of lattices, one trial after the other."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import comb

from consilience.gaussian import Array

FINE = 2
"""Points of the first curve's lattice for each step."""
STENCIL = 16
"""Points through which it is interpolated, four at a time."""

_DEEP = 740.0  # deeper than any table of curves
_FELT = 45.0  # e^-45 of a peak
_GRID = np.linspace(-1.0, 1.0, 49)[:, None]

type Log = Callable[[Array, NDArray[np.intp]], Array]
"""A curve at points (g, n), of the trials (n,)."""


class Lattices(NamedTuple):
    """f at s = begin1 + j·step/FINE and g at b = begin2 + m·step, of k trials.

    Beyond its lattice f is a straight line, and g nothing.
    """

    begin1: Array
    """First s of each trial, (k,)."""
    begin2: Array
    step: Array
    first: Array
    """f, one trial after the other: of each first every `FINE`-th point, then the next ones."""
    second: Array
    """g, one trial after the other."""
    slopes: Array
    """Of f beyond both ends, for each of its points, (k, 2)."""
    from1: NDArray[np.intp]
    """Where each trial begins in `first`, and the end, (k + 1,)."""
    from2: NDArray[np.intp]
    weights: Array
    """Barycentric weights of the stencil."""
    shares: Array
    """Room for what each of its points adds."""
    room: Array
    """Room for the longest g."""


class Curve(NamedTuple):
    """A curve, and where it has to be known, (k,) each."""

    log: Log
    peak: Array
    """About where it is highest."""
    width: Array
    """About how wide it is there."""
    low: Array
    """Below, it is a straight line or of no account."""
    high: Array


class Asked(NamedTuple):
    """What is asked of correlations, (k,) each."""

    step: Array
    """Steps of the integral."""
    least: Array
    """Between these d."""
    most: Array


def laid_out(f: Curve, g: Curve, asked: Asked, *, slopes: Array) -> Lattices:
    """Lay two curves out on lattices that hold all that is felt of max f(b + d) + g(b).

    Parameters
    ----------
    f, g : Curve
        The curves.
    asked : Asked
        Steps and d.
    slopes : array (k, 2)
        Of f beyond both ends.
    """
    trial, step = np.arange(len(asked.step)), asked.step
    ends = np.stack([g.peak + asked.least, g.peak + asked.most])
    least = _heights(f.log, ends, trial).min(axis=0) + _heights(g.log, g.peak[None], trial)[0]
    top1 = _heights(f.log, f.peak[None], trial)[0]
    low2, high2, top2 = _hull(g, least - top1 - _FELT)
    start, stop = low2 + asked.least - STENCIL * step, high2 + asked.most + STENCIL * step
    within = f._replace(low=np.clip(start, f.low, f.high), high=np.clip(stop, f.low, f.high))
    low1, high1, _ = _hull(within, least - top2 - _FELT)
    count1 = np.ceil((high1 - low1) / step).astype(int) + STENCIL
    count2 = np.ceil((high2 - low2) / step).astype(int) + 1
    values, from1 = _evaluated(f.log, low1, step / FINE, counts=FINE * count1, phases=FINE)
    others, from2 = _evaluated(g.log, low2, step, counts=count2, phases=1)
    rooms = np.empty(STENCIL), np.empty(int(count2.max()))
    own = slopes * (step / FINE)[:, None]
    return Lattices(low1, low2, step, values, others, own, from1, from2, _barycentric(), *rooms)


def _hull(curve: Curve, floor: Array) -> tuple[Array, Array, Array]:
    """Give both ends of where a curve is above a floor, by points that lie densest about its peak.

    The third is the height of the highest point.
    """
    peak = np.clip(curve.peak, curve.low, curve.high)
    sides = np.where(_GRID < 0.0, peak - curve.low, curve.high - peak)
    grid = peak + curve.width * np.sinh(_GRID * np.arcsinh(sides / curve.width))
    trial = np.arange(len(peak))
    heights = _heights(curve.log, grid, trial)
    top = heights.max(axis=0)
    near = heights >= np.maximum(top - _DEEP, np.minimum(floor, top))
    first = np.maximum(near.argmax(axis=0) - 1, 0)
    last = np.minimum(len(_GRID) - near[::-1].argmax(axis=0), len(_GRID) - 1)
    return grid[first, trial], grid[last, trial], top


def _evaluated(
    log_f: Log, begin: Array, step: Array, *, counts: NDArray[np.intp], phases: int
) -> tuple[Array, NDArray[np.intp]]:
    """Evaluate at begin + j·step, and say where each trial begins."""
    ends = np.concatenate([[0], np.cumsum(counts)])
    trial = np.repeat(np.arange(len(counts)), counts)
    rank = np.arange(ends[-1]) - ends[trial]
    length = counts[trial] // phases
    j = phases * (rank % length) + rank // length
    return _heights(log_f, (begin[trial] + j * step[trial])[None], trial)[0], ends


def _heights(log_f: Log, places: Array, trial: NDArray[np.intp]) -> Array:
    with np.errstate(all="ignore"):
        heights = log_f(places, trial)
    return np.where(np.isnan(heights), -np.inf, heights)


@lru_cache
def _barycentric() -> Array:
    """Weights of equally spaced points."""
    j = np.arange(STENCIL)
    return np.asarray((-1.0) ** j * comb(STENCIL - 1, j))
