"""Coordinates in which the posterior of a standard deviation is smooth."""

from dataclasses import dataclass

import numpy as np

from consilience.gaussian import Array

FARTHEST = 100.0
"""Upper end of the search on the x scale: a standard deviation of 10⁸⁶ scales."""

_HALVINGS = 100


@dataclass(frozen=True, slots=True)
class Coordinate:
    """The map σ = lower + s·sinh²(x)·e^(−depth/x), x ≥ 0.

    Near zero σ ~ s·x² without depth, which makes densities smooth that are finite at zero or
    diverge like σ^(−1/2); far out σ ~ s·e^(2x)/4, which turns power tails into exponential ones.
    Nothing is cut off at zero. With depth ln σ ~ −depth/x near zero: a prior that spreads its mass
    over all orders of magnitude (a power law in ln σ) becomes a power of x.

    Parameters
    ----------
    scale : float
        s, of the order of the standard errors.
    lower, upper : float
        Support of the prior.
    depth : float
        0, or 1 for priors that span orders of magnitude near zero.
    """

    scale: float
    lower: float = 0.0
    upper: float = np.inf
    depth: float = 0.0

    @property
    def nearest(self) -> float:
        """The smallest x that the search may reach."""
        return 0.0

    @property
    def farthest(self) -> float:
        """The largest x that the search may reach."""
        if np.isinf(self.upper):
            return FARTHEST
        return float(self.place(np.array(self.upper)))

    @property
    def least(self) -> float:
        """The smallest x at which a density on σ can be told from that at zero.

        Below a millionth of a standard error densities are shown flat: there the Jacobian and the
        density on the x scale both vanish, and a prior of any depth may be unbounded.
        """
        return float(self.place(np.array(self.lower + 1e-6 * self.scale)))

    def value(self, x: Array) -> Array:
        """Give σ at x."""
        inside = self.lower + self.scale * np.sinh(x) ** 2
        if self.depth > 0.0:
            inside = self.lower + (inside - self.lower) * np.exp(-self._sunk(x))
        return np.minimum(inside, self.upper) if self.upper < np.inf else inside

    def log_jacobian(self, x: Array) -> Array:
        """Give log dσ/dx; −∞ at x = 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.depth == 0.0:
                return np.log(self.scale * np.sinh(2.0 * x))
            steep = np.sinh(2.0 * x) + np.nan_to_num(self._sunk(x) * np.sinh(x) ** 2 / x)
            return np.log(self.scale * steep) - self._sunk(x)

    def place(self, value: Array) -> Array:
        """Give x at σ."""
        share = (np.clip(value, self.lower, self.upper) - self.lower) / self.scale
        if self.depth == 0.0:
            return np.arcsinh(np.sqrt(share))
        return self._searched(share)

    def _sunk(self, x: Array) -> Array:
        with np.errstate(divide="ignore"):
            return self.depth / np.asarray(x)

    def _searched(self, share: Array) -> Array:
        """Invert sinh²(x)·e^(−depth/x) by bisection: x lies between arcsinh√ and a little more."""
        lower = np.arcsinh(np.sqrt(share))
        upper = lower + self.depth + 1.0
        for _ in range(_HALVINGS):
            middle = 0.5 * (lower + upper)
            short = np.sinh(middle) ** 2 * np.exp(-self._sunk(middle)) < share
            lower, upper = np.where(short, middle, lower), np.where(short, upper, middle)
        return np.where(share > 0.0, lower, 0.0)
