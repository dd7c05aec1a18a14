"""What a correlation matrix of few parameters is, and the two simplest ones.

A parameter with limits is written as ``middle + half sin(c)`` of a free coordinate c: the limits
are reached at finite coordinates, where the slope is zero, so that a correlation of one is an
answer like any other.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self, final

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]


class Correlation(ABC):
    """A correlation matrix of n levels, as a function of free coordinates."""

    tilts: ClassVar[tuple[float, ...]] = (0.0, 0.8)
    """Where searches start; see `start`."""

    @property
    def knots(self) -> Floats:
        """Where along the first coordinate the matrix lacks two derivatives, ascending."""
        return np.empty(0)

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """Names of the parameters in tables; empty where nothing is to be estimated."""

    @abstractmethod
    def natural(self, c: Floats) -> Floats:
        """Give the parameters at these coordinates; both of shape (q,)."""

    @abstractmethod
    def limits(self) -> list[tuple[float, float]]:
        """Give the lowest and the highest value of each parameter."""

    @abstractmethod
    def start(self, tilt: float) -> Floats:
        """Give coordinates to start from; ``tilt`` from 0 (weak) to 1 (strong correlation)."""

    @abstractmethod
    def matrix(self, c: Floats) -> Floats:
        """Build the matrix, shape (n, n)."""

    @abstractmethod
    def slopes(self, c: Floats) -> Floats:
        """Differentiate the matrix by each coordinate, shape (q, n, n)."""

    @abstractmethod
    def coordinate(self, place: int, value: float) -> float:
        """Give the coordinate at which the parameter of this place has this value."""

    def led_by(self, place: int) -> Self:  # noqa: ARG002
        """Write the same matrix so that one coordinate fixes the parameter of this place."""
        return self


@final
@dataclass(frozen=True, slots=True, eq=False)
class Fixed(Correlation):
    """A known matrix, without parameters.

    Parameters
    ----------
    known : ndarray, shape (n, n)
    """

    known: Floats

    @property
    def names(self) -> tuple[str, ...]:
        """None."""
        return ()

    def natural(self, c: Floats) -> Floats:
        """Nothing, as it came."""
        return c

    def limits(self) -> list[tuple[float, float]]:
        """None."""
        return []

    def start(self, tilt: float) -> Floats:  # noqa: ARG002
        """No coordinates."""
        return np.empty(0)

    def matrix(self, c: Floats) -> Floats:  # noqa: ARG002
        """Give the known matrix."""
        return self.known

    def slopes(self, c: Floats) -> Floats:  # noqa: ARG002
        """None."""
        return np.empty((0, *self.known.shape))

    def coordinate(self, place: int, value: float) -> float:
        """There is none: asking is a fault of the caller."""
        raise IndexError(f"a known matrix has no parameter {place} to be {value}")


class Bounded(Correlation):
    """A matrix of one parameter between two limits."""

    @property
    @abstractmethod
    def limit(self) -> tuple[float, float]:
        """Limits of the inner parameter."""

    @abstractmethod
    def at(self, value: float) -> tuple[Floats, Floats]:
        """Build the matrix at a value of the inner parameter, and its derivative by it."""

    def outward(self, value: float) -> float:
        """Turn the inner parameter into the reported one; here they are the same."""
        return value

    def inward(self, value: float) -> float:
        """Turn the reported parameter into the inner one."""
        return value

    @property
    def names(self) -> tuple[str, ...]:
        """``rho``."""
        return ("rho",)

    def natural(self, c: Floats) -> Floats:
        """``middle + half sin(c)``, as reported."""
        return np.array([self.outward(self._inner(c))])

    def limits(self) -> list[tuple[float, float]]:
        """Give the limits of the reported parameter."""
        low, high = self.limit
        return [(self.outward(low), self.outward(high))]

    def start(self, tilt: float) -> Floats:
        """From the middle towards the upper limit."""
        return np.array([math.asin(min(max(tilt, -1.0), 1.0))])

    def matrix(self, c: Floats) -> Floats:
        """Build the matrix."""
        return self.at(self._inner(c))[0]

    def slopes(self, c: Floats) -> Floats:
        """Apply the chain rule."""
        low, high = self.limit
        slope = (high - low) / 2 * math.cos(c[0])
        return (self.at(self._inner(c))[1] * slope)[None]

    def coordinate(self, place: int, value: float) -> float:  # noqa: ARG002
        """Invert `natural`."""
        low, high = self.limit
        share = (2 * self.inward(value) - low - high) / (high - low)
        return math.asin(min(max(share, -1.0), 1.0))

    def _inner(self, c: Floats) -> float:
        low, high = self.limit
        return (low + high) / 2 + (high - low) / 2 * math.sin(c[0])
