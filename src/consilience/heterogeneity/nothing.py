"""No heterogeneity: one common effect."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from consilience.effects import Effects
from consilience.gaussian import Array, Hyper, Point, Scatter
from consilience.heterogeneity.base import Heterogeneity, Spread

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@dataclass(frozen=True, slots=True)
class Nothing(Heterogeneity):
    """True effects do not scatter: θᵢ = ηᵢ, the common-effect model."""

    def scatter(self, effects: Effects) -> Scatter:  # noqa: ARG002 - the same for all trials
        """See `Heterogeneity.scatter`."""
        return _Zero()

    def pymc(self, predictor: "TensorVariable") -> Spread:
        """See `Heterogeneity.pymc`."""
        return Spread(predictor, predictor.zeros_like())


@dataclass(frozen=True, slots=True)
class _Zero(Scatter):
    @property
    def hypers(self) -> tuple[Hyper, ...]:
        return ()

    def variance(self, point: Point) -> Array:
        return self.new_variance(point)[:, None]

    def new_variance(self, point: Point) -> Array:
        nodes = max((len(values) for values in point.values()), default=1)
        return np.zeros(nodes)
