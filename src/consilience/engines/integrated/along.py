"""Marginals of what lies along an axis, with normal scatter on top, as densities of their own.

For q = wψ₁ + o + e, e ~ N(0, s²), with ψ₁ one axis of the rule and o, s known at each node of the
others, the density is a sum over those nodes of the convolution of p(ψ₁ | others) with N(0, s²).
Where s is wider than the gaps of the axis, the axis' own nodes carry it; where it is narrower, or
zero, p(ψ₁ | others) is interpolated at Gauss–Hermite nodes about each q.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.polynomial import hermite_e
from numpy.typing import NDArray

from consilience.engines.exact.line import Line
from consilience.engines.exact.marginals import HyperMarginal
from consilience.engines.exact.panels import Panels
from consilience.engines.exact.rule import Rule
from consilience.gaussian import Array

_HERMITE = 12
_WIDE = 1.2
_END = 1e-15
_LADDER = ((4, 16), (6, 16), (12, 20), (24, 24))
_CLOSE = 1e-8
_ONE = np.ones((1, 1))
_LOG_2PI = float(np.log(2.0 * np.pi))

type Density = Callable[[Array], Array]
"""A density at points (x,)."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The posterior along one axis, for each node of the others.

    Parameters
    ----------
    rule : Rule
        The rule.
    place : int
        The axis.
    heights : array (a, r)
        Log of the posterior density at the nodes of the axis, times the weights of the others.
    offset, variance : array (r,)
        o and s².
    weight : float
        w, other than zero.
    heavy : array (r,)
        Places of the nodes of the others that carry mass.
    """

    rule: Rule
    place: int
    heights: Array
    offset: Array
    variance: Array
    weight: float
    heavy: NDArray[np.intp]

    def density(self, x: Array, factor: Array = _ONE) -> Array:
        """Give the density at points x, but for a constant.

        Parameters
        ----------
        x : array (n,)
            The points.
        factor : array (n, r) or (1, 1)
            What it is multiplied by at each node of the others.
        """
        weights = np.broadcast_to(factor, (len(x), self.heights.shape[1]))
        total = np.zeros(len(x))
        panels, axis = self.rule.panels[self.place], self.rule.coordinates[self.place]
        values = self.weight * axis.value(panels.nodes)
        peak = self.heights[:, self.heavy].max()
        wide = np.sqrt(self.variance) > _WIDE * np.max(np.abs(np.diff(values)))
        for r in self.heavy[wide[self.heavy]]:
            own = np.log(panels.weights) + self.heights[:, r] - peak
            away = x[:, None] - self.offset[r] - values
            kernel = -0.5 * (away**2 / self.variance[r] + np.log(self.variance[r]) + _LOG_2PI)
            total += np.exp(kernel + own).sum(axis=1) * weights[:, r]
        for r in self.heavy[~wide[self.heavy]]:
            total += self._convolved(x - self.offset[r], r, peak) * weights[:, r]
        return total

    def _convolved(self, x: Array, r: int, peak: float) -> Array:
        panels, axis = self.rule.panels[self.place], self.rule.coordinates[self.place]
        z, shares = _hermite(_HERMITE if self.variance[r] > 0.0 else 1)
        psi = ((x[:, None] - np.sqrt(self.variance[r]) * z) / self.weight).ravel()
        u = axis.place(psi)
        inside = (u > panels.lower) & (u < panels.upper)
        inside &= (psi >= axis.lower) & (psi <= axis.upper)
        found = np.zeros(len(psi))
        column = np.maximum(self.heights[:, r] - peak, -600.0)
        logs = panels.interpolation(u[inside]) @ column - axis.log_jacobian(u[inside])
        found[inside] = np.exp(logs)
        return found.reshape(len(x), -1) @ shares / abs(self.weight)


def marginal(density: Density, mean: float, sd: float, *, moments: int) -> HyperMarginal:
    """Lay a density along an axis of its own, and normalise it.

    Parameters
    ----------
    density : callable
        Not necessarily normalised.
    mean, sd : float
        About where it lies.
    moments : int
        Highest moment that exists.
    """
    lower, upper = _range(density, mean, sd)
    axis = Line(max(abs(lower), abs(upper), sd))
    low, high = axis.place(np.array([lower, upper])).tolist()
    found, before = _on(density, axis, Panels(low, high, *_LADDER[0]), moments=moments), np.inf
    for rung in _LADDER[1:]:
        finer = _on(density, axis, Panels(low, high, *rung), moments=moments)
        gap = abs(finer.mean() - found.mean()) / sd + abs(finer.sd() / found.sd() - 1.0)
        found = finer
        if gap < _CLOSE or gap >= before:
            break
        before = gap
    return found


def _on(density: Density, axis: Line, panels: Panels, *, moments: int) -> HyperMarginal:
    values = density(axis.value(panels.nodes)) * np.exp(axis.log_jacobian(panels.nodes))
    return HyperMarginal(axis, panels, values / float(panels.weights @ values), moments)


def _range(density: Density, mean: float, sd: float) -> tuple[float, float]:
    """Widen until the density at both ends is next to nothing of its peak."""
    low, high, step = mean - 8.0 * sd, mean + 8.0 * sd, 4.0 * sd
    for _ in range(30):
        x = np.linspace(low, high, 65)
        heights = density(x)
        least = _END * heights.max()
        if heights[0] <= least and heights[-1] <= least:
            seen = np.flatnonzero(heights > least)
            return float(x[max(seen[0] - 1, 0)]), float(x[min(seen[-1] + 1, len(x) - 1)])
        low -= step * (heights[0] > least)
        high += step * (heights[-1] > least)
        step *= 1.6
    return low, high


@lru_cache
def _hermite(count: int) -> tuple[Array, Array]:
    z, w = hermite_e.hermegauss(count)
    return z, w / w.sum()
