"""An SD for each outcome, and one correlation between any two."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from consilience.gaussian import Array, Hyper, Point
from consilience.heterogeneity.structures.base import (
    Levels,
    OneCorrelation,
    equal_correlations,
)
from consilience.priors import HalfWeaklyInformative, Prior, Uniform

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@dataclass(frozen=True, slots=True)
class HeterogeneousCompoundSymmetry(OneCorrelation):
    """Σ = diag(τ) ((1 − ρ) I + ρ 11') diag(τ): an SD for each outcome, one correlation.

    Exact for two outcomes.

    Parameters
    ----------
    tau : Prior
        Prior of each outcome's τ, on the effect's scale. The default is a HalfNormal of a quarter
        of a unit-information SD; on log ratios, of 0.5.
    rho : Prior
        Prior of ρ; p outcomes allow −1/(p − 1) to 1. The default is Uniform(0, 1).

    Raises
    ------
    ModelError
        If tau is no prior on [0, ∞), or rho none on [−1, 1].
    """

    code: ClassVar[str] = "HCS"

    tau: Prior = field(default_factory=HalfWeaklyInformative)
    rho: Prior = field(default_factory=lambda: Uniform(0.0, 1.0))

    def hypers(self, levels: Levels) -> tuple[Hyper, ...]:
        """See `Structure.hypers`."""
        taus = (Hyper(f"tau[{level}]", self.tau) for level in levels)
        return (*taus, self.correlation(levels))

    def covariance(self, point: Point, levels: Levels) -> Array:
        """See `Structure.covariance`."""
        tau = np.stack([point[f"tau[{level}]"] for level in levels], axis=1)
        correlations = equal_correlations(point["rho"], len(levels))
        return np.asarray(tau[:, :, None] * correlations * tau[:, None])

    def pymc(self, levels: Levels) -> "TensorVariable":
        """See `Structure.pymc`."""
        own = np.eye(len(levels))
        tau, rho = self.tau.pymc("tau", dims="tau_level"), self.rho.pymc("rho")
        return tau[:, None] * (own + rho * (1.0 - own)) * tau[None]
