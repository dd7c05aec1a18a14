"""Draws of a trial's baseline and effect together, given a population of baselines: compiled."""

from math import exp, log, nan, sqrt
from typing import NamedTuple

from consilience.engines.compiled import exact
from consilience.engines.integrated.kernel import One, height, smoothed
from consilience.engines.integrated.rows import Given
from consilience.gaussian import Array

_STEP = 0.3  # standard deviations
_SEEN = 25.0  # e^-25 = 1e-11
_LOG_2PI = 1.8378770664093453


class Drawn(NamedTuple):
    """What draws are made from, and where they are put, (n, k) each."""

    uniform: Array
    """Two numbers each, (2, n, k)."""
    baseline: Array
    log_mass: Array
    """Of the trial's data given the parameters."""


@exact
def _terms(given: Given, at: tuple[int, int], walk: tuple[float, float, Array]) -> tuple:
    """Walk out from a point in steps both ways; give the span that is felt, and the top."""
    (i, n), (start, step, heights) = at, walk
    middle = len(heights) // 2
    top, low, high = -1e300, middle, middle
    for side in range(2):
        direction = 1 if side == 0 else -1
        place, before = middle if side == 0 else middle - 1, -1e300
        while 0 <= place < len(heights):
            b = start + (place - middle) * step
            u = b + given.eta[n, i]
            away = (b - given.mean[n]) / given.sd[n]
            found = smoothed(One(given.one, i), (u, given.h[n, i]), given.work)
            own = found[0] + height(given.two, i, b) - 0.5 * away * away
            heights[place] = own
            top = max(top, own)
            low, high = min(low, place), max(high, place)
            if own < top - _SEEN and own <= before:
                break
            before = own
            place += direction
    return low, high, top


@exact
def _start(given: Given, at: tuple[int, int]) -> tuple[float, float]:
    """Give about where a baseline is most credible, and a step, were both arms normal."""
    i, n = at
    one, two = given.one, given.two
    s = max(given.sd[n], 1e-150)
    first = 1.0 / (one.scale[i] * one.scale[i] + given.h[n, i])
    second, third = 1.0 / (two.scale[i] * two.scale[i]), 1.0 / (s * s)
    total = first + second + third
    centre = first * (one.centre[i] - given.eta[n, i]) + second * two.centre[i]
    return (centre + third * given.mean[n]) / total, _STEP / sqrt(total)


@exact
def draw_baselines(given: Given, heights: Array, drawn: Drawn) -> None:
    """Draw baselines by inverting a trapezoid rule, effects integrated out."""
    middle = len(heights) // 2
    for n in range(given.eta.shape[0]):
        for i in range(given.eta.shape[1]):
            given.work.read[:] = nan
            start, step = _start(given, (i, n))
            low, high, top = _terms(given, (i, n), (start, step, heights))
            total = 0.0
            for place in range(low, high + 1):
                total += exp(heights[place] - top)
            wanted, reached, place = drawn.uniform[0, n, i] * total, 0.0, low
            while place < high and reached + exp(heights[place] - top) < wanted:
                reached += exp(heights[place] - top)
                place += 1
            share = drawn.uniform[1, n, i] - 0.5
            drawn.baseline[n, i] = start + (place - middle + share) * step
            constant = 0.5 * _LOG_2PI + log(given.sd[n])
            drawn.log_mass[n, i] = top + log(total * step) - constant
