"""Marginals over strata: of the location itself, and of hyperparameters mixed over places."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from consilience.engines.exact.marginals import HyperMarginal
from consilience.engines.exact.outer import Outer
from consilience.engines.exact.panels import Panels
from consilience.gaussian import Array

_STEPS, _CLOSE = 80, 1e-13
_FELT = 1e-13
_MIXED = (48, 10)
"""Panels, and nodes in each, of a marginal that is mixed over places."""


@dataclass(frozen=True)
class LocationMarginal:
    """The posterior of the location, known between the nodes as well.

    Parameters
    ----------
    outer : Outer
        The strata.
    """

    outer: Outer

    def mean(self) -> float:
        """Give the posterior mean."""
        return float(self._moments[0])

    def sd(self) -> float:
        """Give the posterior standard deviation."""
        return float(np.sqrt(max(self._moments[1] - self._moments[0] ** 2, 0.0)))

    def density(self, x: Array) -> Array:
        """Give the density."""
        found = np.zeros(len(x))
        for piece in self.outer.pieces:
            inside = (x >= piece.lower) & (x <= piece.upper)
            found[inside] = piece.density(x[inside], self.outer.top)
        return found / self._whole

    def cdf(self, x: Array) -> Array:
        """Give P(location ≤ x)."""
        x, found = np.asarray(x, dtype=float), np.zeros(len(x))
        for piece in self.outer.pieces:
            clipped = np.clip(x, piece.lower, piece.upper)
            found += np.where(x > piece.lower, piece.below(clipped, self.outer.top), 0.0)
        return np.clip(found / self._whole, 0.0, 1.0)

    def quantile(self, q: Array) -> Array:
        """Invert the distribution function at probabilities q."""
        pieces = self.outer.pieces
        return _inverted(
            self.cdf, np.asarray(q, float), lower=pieces[0].lower, upper=pieces[-1].upper
        )

    def above_zero(self) -> float:
        """Give P(location > 0)."""
        return 1.0 - float(self.cdf(np.zeros(1))[0])

    @cached_property
    def _whole(self) -> float:
        """Give the mass of all intervals, by which probabilities are divided."""
        return float(
            sum(
                piece.below(np.array([piece.upper]), self.outer.top)[0]
                for piece in self.outer.pieces
            )
        )

    @cached_property
    def _moments(self) -> Array:
        """Mean and mean square; inside constant pieces by a rule of their own."""
        total = np.zeros(3)
        for piece in self.outer.pieces:
            t, w = np.polynomial.legendre.leggauss(64)
            half = 0.5 * (piece.upper - piece.lower)
            x = piece.lower + half * (t + 1.0)
            mass = w * half * piece.density(x, self.outer.top)
            total += np.array([mass.sum(), mass @ x, mass @ x**2])
        return total[1:] / total[0]


def mixed(parts: list[tuple[float, HyperMarginal]]) -> HyperMarginal:
    """Mix marginals of one hyperparameter over the places; all are on one scale.

    Parameters
    ----------
    parts : list of (float, HyperMarginal)
        The probability of each place, and the marginal there.
    """
    felt = [(mass, own) for mass, own in parts if mass > _FELT]
    lower = min(own.panels.lower for _, own in felt)
    upper = max(own.panels.upper for _, own in felt)
    panels = Panels(lower, upper, *_MIXED)
    x, total = panels.nodes, np.zeros(len(panels.nodes))
    for mass, own in felt:
        inside = (x >= own.panels.lower) & (x <= own.panels.upper)
        total[inside] += mass * (own.panels.interpolation(x[inside]) @ own.values)
    total = np.maximum(total, 0.0)
    moments = min(own.moments for _, own in felt)
    return HyperMarginal(felt[0][1].coordinate, panels, total / (panels.weights @ total), moments)


def _inverted(cdf: Callable[[Array], Array], q: Array, *, lower: float, upper: float) -> Array:
    """Find where a distribution function reaches q, by regula falsi with halved ends (Illinois)."""
    a, b = np.full(q.shape, lower), np.full(q.shape, upper)
    below, above = cdf(a) - q, cdf(b) - q
    for _ in range(_STEPS):
        gap = above - below
        x = np.where(gap > 0.0, b - above * (b - a) / np.where(gap > 0.0, gap, 1.0), 0.5 * (a + b))
        x = np.clip(x, a, b)
        here = cdf(x) - q
        low = here < 0.0
        above = np.where(low, above * 0.5, here)
        below = np.where(low, here, below * 0.5)
        a, b = np.where(low, x, a), np.where(low, b, x)
        if np.all((np.abs(here) <= _CLOSE) | (b - a <= 1e-14 * (1.0 + np.abs(x)))):
            break
    return x
