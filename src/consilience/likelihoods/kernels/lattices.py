"""Two curves at the points of lattices, one trial after the other."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import comb

from consilience.gaussian import Array

FINE = 4
"""Points of the first curve's lattice, and of effects, for each step."""
STENCIL = 16
"""Points through which one interpolates between them."""

SPARSE = 2
"""The first curve is read at every second of them, and interpolated at the others."""

_DEEP = 740.0  # deeper than any table of curves
_FELT = 45.0  # e^-45 of a peak
_GRID = np.linspace(-1.0, 1.0, 49)[:, None]

type Log = Callable[[Array, NDArray[np.intp]], Array]
"""A curve at points (g, n), of the trials (n,)."""


class Lattices(NamedTuple):
    """f at s = b₀ + begin + j·fine, g at b = b₀ + m·step, log ∫ exp[f(b + d) + g(b)] db at d.

    Of k trials; d = begin + j·fine, fine = step/FINE.
    """

    begin: Array
    """The first d of each trial, (k,)."""
    fine: Array
    first: Array
    """exp f, one trial after the other: of each every fourth point, then those after them."""
    second: Array
    """exp g, one trial after the other: of each every other point, then those after them."""
    tops: Array
    """What both curves were lowered by before, (k,)."""
    heights: Array
    """The logarithms, one trial after the other; nan where they are not known yet."""
    gaps: Array
    """How far the sums over every other point are from the sums, as shares."""
    slopes: Array
    """Of f and of the logarithms beyond both ends, for each point, (k, 2)."""
    from1: NDArray[np.intp]
    """Where each trial begins in `first`, and the end, (k + 1,)."""
    from2: NDArray[np.intp]
    from3: NDArray[np.intp]
    """The same of `heights`."""
    weights: Array
    """Barycentric weights of the stencil."""


class Samples(NamedTuple):
    """Logarithms of both curves, one trial after the other."""

    first: Array
    second: Array
    from1: NDArray[np.intp]
    from2: NDArray[np.intp]
    start: NDArray[np.intp]
    """Where on the lattice of f the samples begin, (k,); their own lattice is half as dense."""
    halfway: Array
    """What each point of a stencil adds to the value in its middle."""


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
    from consilience.likelihoods.kernels.loops import exponentiated

    trial, step = np.arange(len(asked.step)), asked.step
    fine, margin = step / FINE, STENCIL * step
    ends = np.stack([g.peak + asked.least, g.peak + asked.most])
    least = _heights(f.log, ends, trial).min(axis=0) + _heights(g.log, g.peak[None], trial)[0]
    top1 = _heights(f.log, f.peak[None], trial)[0]
    low2, high2, top2 = _hull(g, least - top1 - _FELT)
    start, stop = low2 + asked.least - margin, high2 + asked.most + margin
    within = f._replace(low=np.clip(start, f.low, f.high), high=np.clip(stop, f.low, f.high))
    low1, high1, _ = _hull(within, least - top2 - _FELT)
    begin = np.clip(asked.least, low1 - high2, high1 - low2) - margin
    end = np.clip(asked.most, low1 - high2, high1 - low2) + margin
    count2, count3 = _points(high2 - low2, step), _points(end - begin, fine)
    count1 = count3 + FINE * (count2 + 2)
    nearest, farthest = ((end - low2 - begin) / (SPARSE * fine) for end in (low1, high1))
    most = (count1 - 1) // SPARSE
    first = np.clip(np.floor(nearest).astype(int), 0, most)
    last = np.clip(np.ceil(farthest).astype(int), first, most)
    start = SPARSE * (first - STENCIL // 2)
    samples = last - first + 1 + STENCIL
    values, from1 = _evaluated(f.log, low2 + begin + start * fine, SPARSE * fine, counts=samples)
    others, from2 = _evaluated(g.log, low2, step, counts=count2)
    from1st, from2nd = (_ends(_rounded(*each)) for each in ((count1, 2 * FINE), (count2, 2)))
    heights = np.full(count3.sum(), np.nan)
    lattices = Lattices(
        begin, fine, np.empty(from1st[-1]), np.empty(from2nd[-1]), np.empty(len(step)),
        heights, np.empty(len(heights)), slopes * fine[:, None],
        from1st, from2nd, _ends(count3), _barycentric(),
    )  # fmt: skip
    exponentiated()(lattices, Samples(values, others, from1, from2, start, _halfway()))
    return lattices


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
    log_f: Log, begin: Array, step: Array, *, counts: NDArray[np.intp]
) -> tuple[Array, NDArray[np.intp]]:
    """Evaluate at begin + j·step, and say where each trial begins."""
    ends = _ends(counts)
    trial = np.repeat(np.arange(len(counts)), counts)
    rank = np.arange(ends[-1]) - ends[trial]
    return _heights(log_f, (begin[trial] + rank * step[trial])[None], trial)[0], ends


def _points(length: Array, step: Array) -> NDArray[np.intp]:
    """How many points reach that far."""
    return np.asarray(np.ceil(length / step).astype(int) + 1)


def _rounded(counts: NDArray[np.intp], multiple: int) -> NDArray[np.intp]:
    """Round up."""
    return -(-counts // multiple) * multiple


def _ends(counts: NDArray[np.intp]) -> NDArray[np.intp]:
    """Say where each of so many begins, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(counts)])


def _heights(log_f: Log, places: Array, trial: NDArray[np.intp]) -> Array:
    with np.errstate(all="ignore"):
        heights = log_f(places, trial)
    return np.where(np.isnan(heights), -np.inf, heights)


@lru_cache
def _barycentric() -> Array:
    """Weights of equally spaced points."""
    j = np.arange(STENCIL)
    return np.asarray((-1.0) ** j * comb(STENCIL - 1, j))


@lru_cache
def _halfway() -> Array:
    """Shares of equally spaced points in the value half-way between the two middle ones."""
    shares = _barycentric() / (np.arange(STENCIL) - 0.5 * (STENCIL - 1))
    return np.asarray(shares / shares.sum())
