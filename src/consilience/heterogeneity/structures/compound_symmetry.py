"""One SD for all outcomes, and one correlation between any two."""

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
class CompoundSymmetry(OneCorrelation):
    """Σ = τ² ((1 − ρ) I + ρ 11'): one SD, one correlation. Exact for any number of outcomes.

    Parameters
    ----------
    tau : Prior
        Prior of τ, the SD of each outcome's true effects between studies, on the effect's scale.
        The default is a HalfNormal of a quarter of a unit-information SD; on log ratios, of 0.5.
    rho : Prior
        Prior of ρ, the correlation of the true effects of two outcomes of a study; p outcomes allow
        −1/(p − 1) to 1. The default is Uniform(0, 1).

    Raises
    ------
    ModelError
        If tau is no prior on [0, ∞), or rho none on [−1, 1].
    """

    code: ClassVar[str] = "CS"

    tau: Prior = field(default_factory=HalfWeaklyInformative)
    rho: Prior = field(default_factory=lambda: Uniform(0.0, 1.0))

    def hypers(self, levels: Levels) -> tuple[Hyper, ...]:
        """See `Structure.hypers`."""
        return (Hyper("tau", self.tau), self.correlation(levels))

    def covariance(self, point: Point, levels: Levels) -> Array:
        """See `Structure.covariance`."""
        correlations = equal_correlations(point["rho"], len(levels))
        return np.asarray(point["tau"][:, None, None] ** 2 * correlations)

    def pymc(self, levels: Levels) -> "TensorVariable":
        """See `Structure.pymc`."""
        own = np.eye(len(levels))
        tau, rho = self.tau.pymc("tau"), self.rho.pymc("rho")
        return tau**2 * (own + rho * (1.0 - own))
