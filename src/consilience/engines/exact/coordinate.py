"""Coordinates in which the posterior of a standard deviation is smooth."""

from dataclasses import dataclass

import numpy as np

from consilience.gaussian import Array

FARTHEST = 100.0
"""Upper end of the search on the x scale: a standard deviation of 10⁸⁶ scales."""


@dataclass(frozen=True, slots=True)
class Coordinate:
    """The map σ = lower + s·sinh²(x), x ≥ 0.

    Near zero σ ~ s·x², which makes densities smooth that are finite at zero or diverge like
    σ^(−1/2); far out σ ~ s·e^(2x)/4, which turns power tails into exponential ones. Nothing is
    cut off at zero.

    Parameters
    ----------
    scale : float
        s, of the order of the standard errors.
    lower, upper : float
        Support of the prior.
    """

    scale: float
    lower: float = 0.0
    upper: float = np.inf

    @property
    def farthest(self) -> float:
        """The largest x that the search may reach."""
        if np.isinf(self.upper):
            return FARTHEST
        return float(np.arcsinh(np.sqrt((self.upper - self.lower) / self.scale)))

    def value(self, x: Array) -> Array:
        """Give σ at x."""
        inside = self.lower + self.scale * np.sinh(x) ** 2
        return np.minimum(inside, self.upper) if np.isfinite(self.upper) else inside

    def log_jacobian(self, x: Array) -> Array:
        """Give log dσ/dx; −∞ at x = 0."""
        with np.errstate(divide="ignore"):
            return np.log(self.scale * np.sinh(2.0 * x))

    def place(self, value: Array) -> Array:
        """Give x at σ."""
        clipped = np.clip(value, self.lower, self.upper)
        return np.arcsinh(np.sqrt((clipped - self.lower) / self.scale))
