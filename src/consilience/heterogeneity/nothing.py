"""No heterogeneity: one common effect."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from consilience.effects import Effects
from consilience.gaussian import STILL, Scatter
from consilience.heterogeneity.base import Heterogeneity, Spread

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@dataclass(frozen=True, slots=True)
class Nothing(Heterogeneity):
    """True effects do not scatter: θᵢ = ηᵢ, the common-effect model."""

    def scatter(self, effects: Effects) -> Scatter:  # noqa: ARG002 - the same for all trials
        """See `Heterogeneity.scatter`."""
        return STILL

    def random(self) -> str:
        """See `Heterogeneity.random`: nothing."""
        return ""

    def pymc(self, predictor: "TensorVariable", effects: Effects) -> Spread:  # noqa: ARG002
        """See `Heterogeneity.pymc`."""
        import pytensor.tensor as pt

        return Spread(predictor, pt.as_tensor_variable(0.0))
