"""Coordinates for hyperparameters between two finite ends: correlations."""

from dataclasses import dataclass

import numpy as np

from consilience.gaussian import Array

ARC = -1.0
"""The depth by which a stored axis is told to be an arc."""


@dataclass(frozen=True, slots=True)
class Arc:
    """The map ρ = lower + (upper − lower)(1 − cos x)/2, 0 ≤ x ≤ π.

    Near an end the distance from it is the square of the distance in x, so that densities that
    vanish or diverge there like a root are smooth.

    Parameters
    ----------
    lower, upper : float
        Support of the prior, both finite.
    """

    lower: float
    upper: float

    @property
    def scale(self) -> float:
        """Nothing is far out."""
        return 1.0

    @property
    def depth(self) -> float:
        """The mark of an arc among stored axes."""
        return ARC

    @property
    def nearest(self) -> float:
        """The smallest x that the search may reach."""
        return 0.0

    @property
    def farthest(self) -> float:
        """The largest x that the search may reach."""
        return float(np.pi)

    @property
    def least(self) -> float:
        """The smallest x at which a density can be told: nearer, the Jacobian is zero."""
        return 1e-4

    def value(self, x: Array) -> Array:
        """Give ρ at x."""
        share = np.sin(0.5 * np.asarray(x)) ** 2
        return np.asarray(self.lower + (self.upper - self.lower) * share)

    def log_jacobian(self, x: Array) -> Array:
        """Give log dρ/dx; −∞ at the ends."""
        with np.errstate(divide="ignore"):
            return np.log(0.5 * (self.upper - self.lower) * np.abs(np.sin(x)))

    def place(self, value: Array) -> Array:
        """Give x at ρ."""
        inside = np.clip(value, self.lower, self.upper)
        share = (inside - self.lower) / (self.upper - self.lower)
        return np.asarray(2.0 * np.arcsin(np.sqrt(share)))
