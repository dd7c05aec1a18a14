"""Estimates with known, normal sampling error."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from consilience.effects import Effects
from consilience.likelihoods.base import Likelihood, Observed

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@dataclass(frozen=True, slots=True)
class Normal(Likelihood):
    """The normal–normal model: yᵢ ~ N(θᵢ, vᵢ) with the sampling variances taken as known."""

    def observed(self, effects: Effects) -> Observed:
        """See `Likelihood.observed`."""
        return Observed(effects.y, effects.v)

    def pymc(
        self, location: "TensorVariable", variance: "TensorVariable", *, effects: Effects
    ) -> None:
        """See `Likelihood.pymc`."""
        import pymc as pm

        deviation = pm.math.sqrt(effects.v + variance)
        pm.Normal("yi", location, deviation, observed=effects.y, dims="estimate")
