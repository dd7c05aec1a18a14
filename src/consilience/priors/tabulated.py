"""Distributions on (0, ∞) known by a density alone: their integral, shares and quantiles.

In t = ln x the density x f(x) of a mean over trials is smooth and falls off as a power of x on both
sides. It is integrated by Gauss–Legendre panels between two points from which on it is that power
to the last digit, and in closed form beyond them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import log

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

type Array = NDArray[np.float64]

_SMALLEST = 1e-300
_ORDER = 24
_WIDTH = 2.0
_BEYOND = 21.0  # e^-42 = 6e-19: what the square of the ratio of two scales adds to a power law


@dataclass(frozen=True, slots=True, eq=False)
class Tabulated:
    """A density on (0, ∞) and its integral.

    Parameters
    ----------
    start : float
        ln x at the lower end of the first panel.
    series : array (panels, order)
        Legendre coefficients of the antiderivative of x f(x) in t on each panel.
    before : array (panels + 1,)
        Integral up to the lower end of each panel, and up to the end of the last.
    powers : tuple of float
        f(x) ~ x^powers[0] as x → 0 and f(x) ~ x^powers[1] as x → ∞.
    total : float
        Integral over (0, ∞).
    """

    start: float
    series: Array
    before: Array
    powers: tuple[float, float]
    total: float

    def cdf(self, x: Array) -> Array:
        """Share of the integral up to x, in the shape of x."""
        t = np.log(np.maximum(x, _SMALLEST)).ravel()
        panels = len(self.series)
        where = np.clip((t - self.start) / _WIDTH, 0.0, panels)
        panel = np.minimum(where.astype(int), panels - 1)
        inside = self.before[panel] + _evaluate(self.series[panel], 2.0 * (where - panel) - 1.0)
        head = np.exp((self.powers[0] + 1.0) * np.minimum(t - self.start, 0.0))
        tail = np.exp((self.powers[1] + 1.0) * np.maximum(t - self.start - _WIDTH * panels, 0.0))
        left = self.total - self.before[-1]
        reached = np.where(where >= panels, self.total - left * tail, inside * head)
        return (reached / self.total).reshape(np.shape(x))


def tabulate(
    density: Callable[[Array], Array], scales: tuple[float, float], powers: tuple[float, float]
) -> Tabulated:
    """Integrate a density on (0, ∞).

    Parameters
    ----------
    density : callable
        f(x), not normalised, for x of shape (n,).
    scales : tuple of float
        The smallest and the largest scale that f knows: below and above them it is a power law.
    powers : tuple of float
        f(x) ~ x^powers[0] as x → 0 and f(x) ~ x^powers[1] as x → ∞.
    """
    start, stop = log(scales[0]) - _BEYOND, log(scales[1]) + _BEYOND
    panels = int(np.ceil((stop - start) / _WIDTH))
    nodes, coefficients = _rule()
    t = start + _WIDTH * (np.arange(panels)[:, None] + 0.5 * (nodes + 1.0))
    values = np.exp(t) * density(np.exp(t.ravel())).reshape(t.shape)
    ends = np.exp([start, start + _WIDTH * panels])
    head, tail = ends * density(ends) / (np.array(powers) + 1.0)
    integrals = legendre.legint(values @ coefficients, lbnd=-1, axis=-1)
    series = 0.5 * _WIDTH * np.asarray(integrals, dtype=float)
    masses = _evaluate(series, np.ones(panels))
    before = head + np.concatenate(([0.0], np.cumsum(masses)))
    return Tabulated(start, series, before, powers, float(before[-1] - tail))


@lru_cache
def _rule() -> tuple[Array, Array]:
    """Nodes on [−1, 1] and the matrix from node values to Legendre coefficients."""
    t, w = legendre.leggauss(_ORDER)
    degrees = np.arange(_ORDER)
    values = legendre.legvander(t, _ORDER - 1) * w[:, None]
    return t, values * (degrees + 0.5)


def _evaluate(series: Array, t: Array) -> Array:
    polynomials = legendre.legvander(np.clip(t, -1.0, 1.0), series.shape[-1] - 1)
    return np.asarray(np.sum(polynomials * series, axis=-1))
