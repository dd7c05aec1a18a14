"""Ever finer rules along an axis, and how far up a look along one line says to begin."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from consilience.engines.exact.panels import Panels
from consilience.engines.exact.search import Bracket
from consilience.engines.exact.telling import interpolated, said
from consilience.gaussian import Array

LADDER = (
    *((1, order) for order in (12, 16, 20, 24, 28, 32, 36, 40, 44, 48)),
    *((2, 32), (2, 40), (2, 48), (4, 32), (4, 48)),
    *((8, 32), (8, 48), (16, 32), (16, 48), (32, 48), (64, 48)),
)
"""Panels and nodes in each; neighbours differ in order, or in how they cut the axis."""

FIRST = LADDER.index((1, 32))
"""Where to begin where a look along a line would cost as much as the whole."""

_UNSEEN = LADDER.index((1, 20))
_WHOLE = LADDER.index((2, 48))  # what stands for the function along a line

type Rungs = tuple[int, ...]

type LogDensity = Callable[[Array], Array]

type LogPriors = Callable[[tuple[Panels, ...]], tuple[Array, ...]]


def panels_on(found: Bracket, rungs: Rungs) -> tuple[Panels, ...]:
    """Give the rule of each axis at its rung; the last one where the ladder ends."""
    ends = zip(found.lower.tolist(), found.upper.tolist(), rungs, strict=True)
    return tuple(Panels(a, b, *LADDER[min(rung, len(LADDER) - 1)]) for a, b, rung in ends)


def climbed(rungs: Rungs, behind: tuple[int, ...]) -> Rungs:
    """Climb where it is needed."""
    return tuple(rung + late for rung, late in zip(rungs, behind, strict=True))


def first_rungs(log_density: LogDensity, found: Bracket, *, wanted: float) -> Rungs:
    """Find for each axis the lowest rung that integrates the line through the peak well enough.

    Parameters
    ----------
    log_density : callable
        Log integrand at points (n, d) on the x scale.
    found : Bracket
        Where it lies, and its peak.
    wanted : float
        Accuracy of integrals of 1, x and x², relative.
    """
    seen = range(len(found.lower))
    return tuple(_lowest(each, wanted) for each in _along_lines(log_density, found, seen))


def telling_rungs(
    log_density: LogDensity,
    log_priors: LogPriors,
    found: Bracket,
    *,
    wanted: tuple[float, float],
    unseen: tuple[bool, ...],
) -> Rungs:
    """Find for each axis the lowest rung that also tells what lies between its nodes.

    A rule of n nodes integrates twice as high an order as it interpolates: densities along an axis
    need more nodes than moments do.

    Parameters
    ----------
    log_density : callable
        As for `first_rungs`.
    log_priors : callable
        Log prior density of each axis at the nodes of its rule, (d, n), on the x scale.
    found : Bracket
        Where the integrand lies, and its peak.
    wanted : tuple of float
        Accuracy of integrals of 1, x and x², relative; that of the distribution function.
    unseen : tuple of bool
        Axes along which nobody looks: what they begin with is given.
    """
    (moments, between), axes = wanted, len(unseen)
    priors = log_priors(panels_on(found, (_WHOLE,) * axes))
    seen = [axis for axis in range(axes) if not unseen[axis]]
    rungs = [_UNSEEN] * axes
    for axis, line in zip(seen, _along_lines(log_density, found, seen), strict=True):
        first = _lowest(line, moments)
        rungs[axis] = _telling((line, priors[axis]), first, axes=axes, wanted=between)
    return tuple(rungs)


def _along_lines(log_density: LogDensity, found: Bracket, seen: Sequence[int]) -> Array:
    """Give the log integrand along the line through the peak in some axes' direction, (d, n)."""
    lines = panels_on(found, (_WHOLE,) * len(found.lower))
    nodes = len(lines[0].nodes)
    points = np.repeat(found.peak[None, :], nodes * len(seen), axis=0)
    for rank, axis in enumerate(seen):
        points[rank * nodes : (rank + 1) * nodes, axis] = lines[axis].nodes
    heights = log_density(points).reshape(len(seen), nodes)
    return heights - heights.max(axis=1, keepdims=True)


def _lowest(heights: Array, wanted: float) -> int:
    """Find the lowest rung whose integrals of exp(heights) along [0, 1] are good enough."""
    x, values = Panels(0.0, 1.0, *LADDER[_WHOLE]).nodes, np.exp(heights)
    moments = np.stack([values, values * x, values * x * x], axis=1)
    whole = _weights(_WHOLE) @ moments
    for rung in range(_WHOLE):
        if np.max(np.abs(_weights(rung) @ moments / whole - 1.0)) <= wanted:
            return rung
    return _WHOLE


def _telling(line: tuple[Array, Array], first: int, *, axes: int, wanted: float) -> int:
    """Find the lowest rung, from the first on, whose interpolant integrates to what it should."""
    trials, (densities, beliefs) = said(*line), (np.exp(each) for each in line)
    weights = _weights(_WHOLE) / (_weights(_WHOLE) @ densities)
    for rung in range(first, _WHOLE):
        to, back = _to(rung), _back(rung)
        found = interpolated(to @ trials, back, axes=axes) * beliefs
        if np.max(np.abs(np.cumsum(weights * (found - densities)))) <= wanted:
            return rung
    return _WHOLE


@lru_cache
def _to(rung: int) -> Array:
    """Matrix from values at the nodes of the finest rule to those at the nodes of a rung."""
    finest, own = Panels(0.0, 1.0, *LADDER[_WHOLE]), Panels(0.0, 1.0, *LADDER[rung])
    return finest.interpolation(own.nodes)


@lru_cache
def _back(rung: int) -> Array:
    """Matrix from values at the nodes of a rung to those of the finest rule, (own, finest)."""
    finest, own = Panels(0.0, 1.0, *LADDER[_WHOLE]), Panels(0.0, 1.0, *LADDER[rung])
    return np.ascontiguousarray(own.interpolation(finest.nodes).T)


@lru_cache
def _weights(rung: int) -> Array:
    """Weights of a rule over [0, 1] for values at the nodes of the finest."""
    return Panels(0.0, 1.0, *LADDER[rung]).weights @ _to(rung)
