"""Estimates with known, normal sampling error."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

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
        kept, y = _counted(effects)
        pm.Normal("yi", location[kept], deviation[kept], observed=y, dims="estimate")

    def pymc_mixture(
        self,
        location: "TensorVariable",
        variances: "TensorVariable",
        *,
        shares: "TensorVariable",
        effects: Effects,
    ) -> None:
        """See `Likelihood.pymc_mixture`."""
        import pymc as pm

        kept, y = _counted(effects)
        deviations = pm.math.sqrt(effects.v[:, None] + variances)[kept]
        parts = pm.Normal.dist(location[kept, None], deviations)
        pm.Mixture("yi", w=shares, comp_dists=parts, observed=y, dims="estimate")


def _counted(effects: Effects) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Give the places and values of the estimates that count."""
    kept = np.flatnonzero(np.isfinite(effects.v))
    return kept, effects.y[kept]
