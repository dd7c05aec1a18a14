"""Coordinates for hyperparameters of either sign, and the choice between the two kinds."""

from dataclasses import dataclass

import numpy as np

from consilience.engines.exact.arc import ARC, Arc
from consilience.engines.exact.coordinate import FARTHEST, Coordinate
from consilience.gaussian import CORRELATION, REAL, Array, Hyper

_QUARTILES = np.array([0.25, 0.75])
_WIDTH = 2.0 / 1.3489795003921634  # at two normal SDs few nodes carry a normal density furthest


@dataclass(frozen=True, slots=True)
class Line:
    """The map φ = c + s·sinh(x) of the real line onto itself.

    Near c φ ~ c + s·x; far out |φ| ~ s·e^|x|/2, which turns power tails into exponential ones.

    Parameters
    ----------
    scale : float
        s, of the order of the prior's spread.
    lower, upper : float
        Support of the prior; `lower` is negative.
    centre : float
        c: zero for a parameter; where a density is narrowest for one that is laid out.
    """

    scale: float
    lower: float = -np.inf
    upper: float = np.inf
    centre: float = 0.0

    @property
    def depth(self) -> float:
        """None: nothing is special about zero."""
        return 0.0

    @property
    def nearest(self) -> float:
        """The smallest x that the search may reach."""
        return -FARTHEST if np.isinf(self.lower) else float(self.place(np.array(self.lower)))

    @property
    def farthest(self) -> float:
        """The largest x that the search may reach."""
        return FARTHEST if np.isinf(self.upper) else float(self.place(np.array(self.upper)))

    @property
    def least(self) -> float:
        """The smallest x at which a density can be told: anywhere."""
        return self.nearest

    def value(self, x: Array) -> Array:
        """Give φ at x."""
        return np.clip(self.centre + self.scale * np.sinh(x), self.lower, self.upper)

    def log_jacobian(self, x: Array) -> Array:
        """Give log dφ/dx."""
        return np.log(self.scale * np.cosh(x))

    def place(self, value: Array) -> Array:
        """Give x at φ."""
        return np.arcsinh((np.clip(value, self.lower, self.upper) - self.centre) / self.scale)


type Axis = Coordinate | Line | Arc
"""The map of one hyperparameter."""


def axis_of(hyper: Hyper, unit: float) -> Axis:
    """Choose the map of a hyperparameter.

    Parameters
    ----------
    hyper : Hyper
        The hyperparameter.
    unit : float
        The typical standard error, on whose scale standard deviations are searched for; a
        coefficient is searched for on the scale of its prior.
    """
    lower, upper = hyper.prior.support
    if hyper.support == CORRELATION:
        return Arc(lower, upper)
    scale = unit
    if hyper.support == REAL:
        scale = _WIDTH * float(np.ptp(hyper.prior.ppf(_QUARTILES)))
    if lower < 0.0 and hyper.support == REAL:
        return Line(scale, lower, upper)
    return Coordinate(scale, max(lower, 0.0), upper, 1.0 if hyper.prior.spans_magnitudes else 0.0)


def axis_from(scale: float, lower: float, upper: float, *, depth: float) -> Axis:
    """Rebuild a map from its settings."""
    if depth == ARC:
        return Arc(lower, upper)
    return Line(scale, lower, upper) if lower < 0.0 else Coordinate(scale, lower, upper, depth)
