"""Autoregression in continuous time."""

from dataclasses import dataclass
from typing import final

import numpy as np

from consilience.classical.multilevel.correlations.base import Bounded, Floats


@final
@dataclass(frozen=True, slots=True, eq=False)
class Continuous(Bounded):
    """``rho^|t - s|`` for the times t and s, rho from 0 to 1 the correlation one unit apart.

    Inside it counts the correlation at the least distance, so that the unit of time is free and
    all powers of it are smooth at zero.

    Parameters
    ----------
    apart : ndarray, shape (n, n)
        Distances in time.
    """

    apart: Floats

    @property
    def limit(self) -> tuple[float, float]:
        """0 and 1."""
        return 0.0, 1.0

    @property
    def _unit(self) -> float:
        return float(self.apart[self.apart > 0].min())

    def outward(self, value: float) -> float:
        """From the correlation at the least distance to that one unit apart."""
        return float(value ** (1 / self._unit))

    def inward(self, value: float) -> float:
        """From the correlation one unit apart to that at the least distance."""
        return float(value**self._unit)

    def start(self, tilt: float) -> Floats:
        """From a correlation of 0.3 to one of 0.8 at the median distance."""
        middle = float(np.median(self.apart[self.apart > 0]))
        rho = 0.3 + 0.5 * min(max(tilt, 0.0), 1.0)
        return np.array([self.coordinate(0, rho ** (1 / middle))])

    def at(self, value: float) -> tuple[Floats, Floats]:
        """Build the matrix and its derivative."""
        power = self.apart / self._unit
        slope = power * value ** np.maximum(power - 1, 0.0)
        return np.where(power == 0, 1.0, value**power), slope
