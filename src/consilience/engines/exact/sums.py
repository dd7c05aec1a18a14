"""Sums over nodes, compiled: what two rules are compared by.

Everything is summed in one pass, because the nodes of three hyperparameters fill no cache.
"""

from collections.abc import Callable
from functools import cache
from math import erfc, sqrt
from typing import NamedTuple

import numpy as np

from consilience.engines.compiled import CACHE_KEY_ONLY, kept, stamp, summing
from consilience.gaussian import Array

_SEEN = 1e-14  # of the mass: a million such nodes are 1e-8
_ROOT_HALF = 0.7071067811865476


class Mixed(NamedTuple):
    """Conditional moments at the nodes, and their weights."""

    weights: Array
    """(nodes,)."""
    mean: Array
    """(nodes, m)."""
    variance: Array
    """(nodes, m)."""


class Sums(NamedTuple):
    """What is summed up."""

    mean: Array
    """Means of the mixtures, (m,)."""
    variance: Array
    """Their variances, within the nodes and between them, (m,)."""


@summing
def moments(mixed: Mixed, about: Array, found: Sums) -> None:
    """Find means and variances by sums of deviations from points near the means."""
    found.mean[:] = 0.0
    found.variance[:] = 0.0
    for n in range(mixed.weights.size):
        weight = mixed.weights[n]
        if weight > 0.0:
            for j in range(about.size):
                apart = mixed.mean[n, j] - about[j]
                found.mean[j] += weight * apart
                found.variance[j] += weight * (mixed.variance[n, j] + apart * apart)
    for j in range(about.size):
        found.variance[j] -= found.mean[j] * found.mean[j]
        found.mean[j] += about[j]


@summing
def tails(mixed: Mixed, at: Array, found: Array) -> None:
    """Find P(quantity < point) at points (points, m)."""
    found[:] = 0.0
    for n in range(mixed.weights.size):
        weight = mixed.weights[n]
        if weight > _SEEN:
            for j in range(at.shape[1]):
                precision = _ROOT_HALF / sqrt(mixed.variance[n, j])
                for p in range(at.shape[0]):
                    found[p, j] += 0.5 * weight * erfc((mixed.mean[n, j] - at[p, j]) * precision)


def summed(mixed: Mixed, about: Array) -> Sums:
    """Give the means and variances of mixtures.

    Parameters
    ----------
    mixed : Mixed
        The mixtures.
    about : array (m,)
        Points near the means: the variance of what is far from them cancels.
    """
    found = Sums(np.empty(len(about)), np.empty(len(about)))
    _moments()(mixed, about, found)
    return found


def below(mixed: Mixed, at: Array) -> Array:
    """Give P(quantity < point) at points (points, m), to 1e-13 or so for each thousand nodes."""
    found = np.empty(at.shape)
    _tails()(mixed, at, found)
    return found


@cache
def _moments() -> Callable[[Mixed, Array, Sums], None]:
    """Compile the sums of moments, or load them from numba's cache."""
    version = stamp("consilience.engines.exact")

    def over(mixed: Mixed, about: Array, found: Sums) -> None:
        """Sum the moments up."""
        if version != CACHE_KEY_ONLY:
            moments(mixed, about, found)

    return kept(over)


@cache
def _tails() -> Callable[[Mixed, Array, Array], None]:
    """Compile the sums of tails, or load them from numba's cache."""
    version = stamp("consilience.engines.exact")

    def over(mixed: Mixed, at: Array, found: Array) -> None:
        """Sum the tails up."""
        if version != CACHE_KEY_ONLY:
            tails(mixed, at, found)

    return kept(over)
