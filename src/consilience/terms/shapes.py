"""Shapes of a curve along an exposure, between no effect and all of it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from scipy.special import ndtr

from consilience.gaussian import Array

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

_ROOT_2PI = float(np.sqrt(2.0 * np.pi))


class Shape(ABC):
    """The share g(x; c) of the effect that an exposure brings, given a location."""

    @abstractmethod
    def share(self, x: Array, s: Array, c: Array) -> Array:
        """Give g, in the shape to which x, s and c broadcast.

        Parameters
        ----------
        x : array
            Exposures: those of the trials, or the means of their participants.
        s : array
            Standard deviations of exposure within the trials; 0 where all participants count as
            having had the trial's exposure.
        c : array
            The location.
        """

    @abstractmethod
    def tensor(self, x: "TensorVariable", s: Array, c: "TensorVariable") -> "TensorVariable":
        """Give the same in PyTensor."""

    @abstractmethod
    def jumps(self, s: Array) -> bool:
        """Whether g is constant between the exposures as a function of the location."""


@final
@dataclass(frozen=True, slots=True)
class Step(Shape):
    """Nothing below the location, all beyond it: 1(x ≥ c), or Φ((x − c)/s)."""

    def share(self, x: Array, s: Array, c: Array) -> Array:
        """See `Shape.share`."""
        spread = np.where(s > 0.0, s, 1.0)
        return np.where(s > 0.0, ndtr((x - c) / spread), np.asarray(x >= c, dtype=float))

    def tensor(self, x: "TensorVariable", s: Array, c: "TensorVariable") -> "TensorVariable":
        """See `Shape.tensor`; the spreads are positive where this is asked for."""
        import pytensor.tensor as pt

        return 0.5 * pt.erfc((c - x) / (np.sqrt(2.0) * s))

    def jumps(self, s: Array) -> bool:
        """See `Shape.jumps`: without a spread it does."""
        return not np.any(s > 0.0)


@final
@dataclass(frozen=True, slots=True)
class Ramp(Shape):
    """Nothing up to the location, then a straight rise: E(X − c)₊ over that at the top.

    Parameters
    ----------
    top, spread : float
        The highest exposure of the trials, where g = 1, and the spread there.
    """

    top: float
    spread: float

    def share(self, x: Array, s: Array, c: Array) -> Array:
        """See `Shape.share`."""
        own, most = _excess(x, s, c), _excess(np.asarray(self.top), np.asarray(self.spread), c)
        return np.divide(own, most, out=np.zeros(np.broadcast(own, most).shape), where=most > 0.0)

    def tensor(self, x: "TensorVariable", s: Array, c: "TensorVariable") -> "TensorVariable":
        """See `Shape.tensor`."""
        import pytensor.tensor as pt

        most = _excess_tensor(pt.as_tensor_variable(self.top), np.asarray(self.spread), c)
        return pt.switch(most > 0.0, _excess_tensor(x, s, c) / pt.maximum(most, 1e-300), 0.0)

    def jumps(self, s: Array) -> bool:  # noqa: ARG002 - never
        """See `Shape.jumps`: it does not."""
        return False


@final
@dataclass(frozen=True, slots=True)
class Saturating(Shape):
    """A curve that rises at once and levels off: x/(x + c), half of it at x = c."""

    def share(self, x: Array, s: Array, c: Array) -> Array:  # noqa: ARG002 - of trials alone
        """See `Shape.share`."""
        whole = np.asarray(x + c)
        return np.divide(x, whole, out=np.zeros(whole.shape), where=whole > 0.0)

    def tensor(self, x: "TensorVariable", s: Array, c: "TensorVariable") -> "TensorVariable":  # noqa: ARG002
        """See `Shape.tensor`."""
        return x / (x + c)

    def jumps(self, s: Array) -> bool:  # noqa: ARG002 - never
        """See `Shape.jumps`: it does not."""
        return False


def _excess(x: Array, s: Array, c: Array) -> Array:
    """E(X − c)₊ for X ~ N(x, s²); (x − c)₊ where s is 0."""
    gap, spread = x - c, np.where(s > 0.0, s, 1.0)
    z = gap / spread
    smooth = gap * ndtr(z) + spread * np.exp(-0.5 * z**2) / _ROOT_2PI
    return np.where(s > 0.0, smooth, np.maximum(gap, 0.0))


def _excess_tensor(x: "TensorVariable", s: Array, c: "TensorVariable") -> "TensorVariable":
    """Give `_excess` in PyTensor."""
    import pytensor.tensor as pt

    gap = x - c
    if not np.any(s > 0.0):
        return pt.maximum(gap, 0.0)
    below = 0.5 * pt.erfc(-gap / (np.sqrt(2.0) * s))
    return gap * below + s * pt.exp(-0.5 * (gap / s) ** 2) / _ROOT_2PI
