"""Sums over many lines along one axis, with normal scatter on top of each: compiled."""

from math import exp, log, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consilience.engines.compiled import exact, inlined
from consilience.gaussian import Array

_LOG_2PI = 1.8378770664093453
_FELT = 8.8  # standard deviations: e^-38.7
_HIT = 1e-13


class Carried(NamedTuple):
    """Nodes of an axis, each of which carries a normal density for each of r lines."""

    z: Array
    """In rising order, (a,)."""
    heights: Array
    """Log of the mass at each node, (r, a)."""
    offset: Array
    variance: Array
    weight: Array
    """q = offset + weight·z + e, e ~ N(0, variance), (r,) each."""


class Columns(NamedTuple):
    """Polynomials on equal panels, by their values at Gauss–Legendre nodes."""

    lower: float
    length: float
    """Of a panel."""
    nodes: Array
    """On [−1, 1], (n,)."""
    shares: Array
    """Barycentric weights, (n,)."""
    values: Array
    """(r, panels·n)."""


@inlined
def _first(z: Array, least: float) -> int:
    """Find the first node that is not below."""
    low, high = 0, len(z)
    while low < high:
        middle = (low + high) // 2
        if z[middle] < least:
            low = middle + 1
        else:
            high = middle
    return low


@exact
def carry(given: Carried, x: Array, found: Array) -> None:
    """Add the densities of all lines at points x (n,) to what is there."""
    for r in range(len(given.offset)):
        variance, weight = given.variance[r], given.weight[r]
        half, far = 0.5 / variance, _FELT * sqrt(variance) / abs(weight)
        outside = exp(-0.5 * (log(variance) + _LOG_2PI))
        for n in range(len(x)):
            total, start = 0.0, x[n] - given.offset[r]
            a, last = _first(given.z, start / weight - far), start / weight + far
            while a < len(given.z) and given.z[a] <= last:
                away = start - weight * given.z[a]
                total += exp(given.heights[r, a] - away * away * half)
                a += 1
            found[n] += total * outside


@exact
def read_columns(given: Columns, at: tuple[Array, NDArray[np.intp]], found: Array) -> None:
    """Interpolate the polynomials of some lines at points u (m,), each in one of the lines."""
    u, which = at
    order = len(given.nodes)
    last = given.values.shape[1] // order - 1
    for m in range(len(u)):
        place = (u[m] - given.lower) / given.length
        panel = min(max(int(place), 0), last)
        t = 2.0 * (place - panel) - 1.0
        above, below, hit = 0.0, 0.0, -1
        for j in range(order):
            gap = t - given.nodes[j]
            if abs(gap) < _HIT:
                hit = j
                break
            share = given.shares[j] / gap
            above += share * given.values[which[m], panel * order + j]
            below += share
        if hit >= 0:
            found[m] = given.values[which[m], panel * order + hit]
        else:
            found[m] = above / below
