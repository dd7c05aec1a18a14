"""Correlation that falls with distance, by a kernel."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from consilience.classical.multilevel.correlations.base import Bounded, Floats

type Kernel = Callable[[Floats], tuple[Floats, Floats]]
"""From distances in ranges to correlations and to their derivatives."""

_NEARER, _FARTHER = 1e-2, 1e4


@final
@dataclass(frozen=True, slots=True, eq=False)
class Distance(Bounded):
    """``f(d / rho)`` for the distance d, f a kernel and rho its range.

    The range is sought on the log scale, from a hundredth of the least distance (no correlation) to
    ten thousand times the greatest (one common effect).

    Parameters
    ----------
    apart : ndarray, shape (n, n)
        Distances.
    kernel : callable
        ``x -> (f(x), f'(x))``.
    bent : bool
        Whether the kernel ends at a distance, so that the likelihood has edges and many modes.
    """

    tilts: ClassVar[tuple[float, ...]] = (-1.0, -0.5, 0.0, 0.5, 1.0, 2.0)
    apart: Floats
    kernel: Kernel
    bent: bool = False

    @property
    def knots(self) -> Floats:
        """Where the range is one of the distances, if the kernel is bent."""
        between = np.unique(self.apart[self.apart > 0]) if self.bent else ()
        return np.array([self.coordinate(0, float(each)) for each in between])

    @property
    def limit(self) -> tuple[float, float]:
        """Logarithms of the shortest and the longest range."""
        between = self.apart[self.apart > 0]
        return math.log(_NEARER * between.min()), math.log(_FARTHER * between.max())

    def outward(self, value: float) -> float:
        """From the logarithm to the range."""
        return math.exp(value)

    def inward(self, value: float) -> float:
        """From the range to its logarithm."""
        low, _ = self.limit
        return math.log(value) if value > 0 else low

    def start(self, tilt: float) -> Floats:
        """From a twentieth of the median distance to twenty of it."""
        middle = float(np.median(self.apart[self.apart > 0]))
        return np.array([self.coordinate(0, middle * math.exp(2 * tilt - 1))])

    def at(self, value: float) -> tuple[Floats, Floats]:
        """Build the matrix and its derivative by the logarithm of the range."""
        x = self.apart / math.exp(value)
        height, slope = self.kernel(x)
        return height, -x * slope
