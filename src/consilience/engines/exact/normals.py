"""Mixtures of normals, compiled: distribution functions, densities and their slopes.

Nodes are taken by the hundred, in loops that a compiler turns into vector instructions: a call of
the C library for each would cost ten times as much, and a posterior of three hyperparameters has
tens of thousands of nodes.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consilience.engines.batched import vector
from consilience.engines.compiled import CACHE_KEY_ONLY, kept, stamp, summing
from consilience.gaussian import Array

_CHUNK = 512
_PER_ROOT_2PI = 0.3989422804014327
_FAR = 37.0  # SDs: beyond, a normal density is below the smallest numbers that have all digits
_TINY = 1e-300

type Positions = NDArray[np.intp]


class Normals(NamedTuple):
    """Mixtures over the same nodes, one a row."""

    weights: Array
    """(q, nodes), or (1, nodes) where they are the same for all."""
    means: Array
    """(q, nodes)."""
    sharps: Array
    """One over the standard deviations, (q, nodes)."""


class Look(NamedTuple):
    """At which mixtures to look, at a point each, and what was seen."""

    places: Positions
    x: Array
    found: Array
    """Distribution function, density, slope, (3, r)."""
    room: Array


def laid_out(weights: Array, means: Array, sds: Array) -> Normals:
    """Lay mixtures out by quantity.

    Parameters
    ----------
    weights : array (nodes,) or (nodes, q)
        Masses of the nodes.
    means, sds : array (nodes, q)
        Moments of each quantity.
    """
    rows = weights.reshape(len(weights), -1).T
    sharps = 1.0 / np.maximum(sds.T, _TINY)
    return Normals(*(np.ascontiguousarray(each) for each in (rows, means.T, sharps)))


def looked(normals: Normals, places: Positions, x: Array) -> Array:
    """Give distribution functions, densities and their slopes, (3, r), of r mixtures at x (r,)."""
    look = Look(places, x, np.zeros((3, len(places))), np.empty((3, _CHUNK)))
    _loop()(normals, look)
    return look.found


@summing
def standardise(normals: Normals, at: tuple[int, int, float], room: Array) -> None:
    """Put z and exp(−z²/2) of a chunk of nodes into the room."""
    (row, start, x), (z, power, spare) = at, (room[0], room[1], room[2])
    count = min(_CHUNK, normals.means.shape[1] - start)
    for i in range(count):
        away = (x - normals.means[row, start + i]) * normals.sharps[row, start + i]
        z[i] = min(max(away, -_FAR), _FAR)
        power[i] = -0.5 * z[i] * z[i]
    vector.exp(power[:count], spare[:count])


@summing
def add(normals: Normals, at: tuple[int, int, int], look: Look) -> None:
    """Add a chunk of nodes up; `look` holds z and exp(−z²/2)."""
    row, start, place = at
    own = min(row, len(normals.weights) - 1)
    count = min(_CHUNK, normals.means.shape[1] - start)
    below = density = slope = 0.0
    for i in range(count):
        z, sharp = look.room[0, i], normals.sharps[row, start + i]
        weight = normals.weights[own, start + i]
        inside = weight * sharp * look.room[1, i]
        share = inside if abs(z) < _FAR else 0.0
        below += weight * vector.upper(-z, look.room[1, i])
        density += share
        slope -= share * z * sharp
    look.found[0, place] += below
    look.found[1, place] += density * _PER_ROOT_2PI
    look.found[2, place] += slope * _PER_ROOT_2PI


@cache
def _loop() -> Callable[[Normals, Look], None]:
    """Compile the loop over mixtures, or load it from numba's cache."""
    version = stamp("consilience.engines.batched")  # whose vectors are used

    def over(normals: Normals, look: Look) -> None:
        """Take one mixture after the other, chunk by chunk."""
        if version != CACHE_KEY_ONLY:
            for place in range(look.places.size):
                row, x = look.places[place], look.x[place]
                for start in range(0, normals.means.shape[1], _CHUNK):
                    standardise(normals, (row, start, x), look.room)
                    add(normals, (row, start, place), look)

    return kept(over)
