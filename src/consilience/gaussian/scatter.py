"""Normal scatter: what the exact engine can integrate."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from consilience.gaussian.blocks import Array, Hyper, Point
from consilience.gaussian.population import Components, Population, normal_log_density

if TYPE_CHECKING:
    import pandas as pd


class Scatter(Population):
    """True effects scatter normally: θᵢ − ηᵢ ~ N(0, h(φ)ᵢ)."""

    @abstractmethod
    def variance(self, point: Point) -> Array:
        """Variance of the trials' true effects.

        Returns
        -------
        array (nodes, k) or (nodes, 1)
            H(φ), the diagonal; one column where all trials share it.
        """

    def own_variance(self, point: Point) -> Array:
        """Variance of what a true effect shares with no other, as `variance`; all of it here."""
        return self.variance(point)

    @abstractmethod
    def without(self, place: int) -> "Scatter":
        """Leave one trial's row out; the hyperparameters stay."""

    @property
    def normal(self) -> bool:
        """See `Population.normal`: they are."""
        return True

    def components(self, point: Point) -> Components:
        """See `Population.components`: a single one."""
        return Components(np.ones((1, 1)), self.variance(point)[:, :, None])

    def draw(
        self,
        point: Point,
        shape: tuple[int, int],
        rng: np.random.Generator,  # noqa: ARG002 - the variance is known: no number is spent
    ) -> Array:
        """See `Population.draw`."""
        return np.broadcast_to(self.variance(point), shape)

    def attributed(
        self, residual: Array, v: Array, *, point: Point, rng: np.random.Generator
    ) -> Array:
        """See `Population.attributed`."""
        return self.draw(point, (len(residual), len(v)), rng)

    def log_density(self, residual: Array, v: Array, *, point: Point) -> Array:
        """See `Population.log_density`."""
        return normal_log_density(residual, self.variance(point) + v)

    def below(self, residual: Array, v: Array, *, point: Point) -> Array:
        """See `Population.below`."""
        return ndtr(residual / np.sqrt(self.variance(point) + v))


@dataclass(frozen=True, slots=True)
class Still(Scatter):
    """No scatter at all: the null object."""

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """None."""
        return ()

    def variance(self, point: Point) -> Array:
        """Give zeros, (nodes, 1)."""
        nodes = max((len(values) for values in point.values()), default=1)
        return np.zeros((nodes, 1))

    def at(self, new: "pd.DataFrame") -> "Still":  # noqa: ARG002 - the same for all trials
        """See `Population.at`."""
        return self

    def anywhere(self) -> "Still":
        """See `Population.anywhere`."""
        return self

    def without(self, place: int) -> "Still":  # noqa: ARG002 - the same for all trials
        """See `Scatter.without`."""
        return self


STILL = Still()
"""No scatter."""


def shrinkage(h: Array, v: Array) -> tuple[Array, Array]:
    """Share s = h/(h + v) of the estimate in a true effect, and the variance s·v that is left.

    θ | y, η ~ N((1 − s)η + s·y, s·v): no division by h, and the population's own variance h where
    v is infinite and the estimate does not count.
    """
    counted = np.isfinite(v)
    share = h / (h + v)
    return share, share * np.where(counted, v, 0.0) + np.where(counted, 0.0, h)
