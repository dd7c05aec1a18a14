"""Estimates with known, normal sampling error."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from consilience.effects import Effects
from consilience.gaussian import Tie, counted, refuse_singular, split
from consilience.likelihoods.base import Likelihood, Observed
from consilience.likelihoods.tied import observe

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

SHARED_ERRORS = "sampling_error_unit"
"""Name in PyMC of the errors that estimates share, in units of their standard deviations."""


@dataclass(frozen=True, slots=True)
class Normal(Likelihood):
    """The normal–normal model: y ~ N(θ, V) with the sampling covariance taken as known.

    V is diagonal but for the blocks of estimates that share participants. In PyMC these are written
    with the errors that they share, V = diag(d) + LL' and y ~ N(θ + Lu, diag(d)), u ~ N(0, 1), so
    that everything else of the model stays as it is for independent estimates.
    """

    def observed(self, effects: Effects) -> Observed:
        """See `Likelihood.observed`."""
        refuse_singular(counted(effects.shared, effects.v), effects.labels)
        return Observed(effects.y, effects.v, effects.shared)

    def pymc(
        self, location: "TensorVariable", variance: "TensorVariable", *, effects: Effects
    ) -> None:
        """See `Likelihood.pymc`."""
        import pymc as pm

        location, v = _with_shared_errors(location, effects)
        deviation = pm.math.sqrt(v + variance)
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

        location, v = _with_shared_errors(location, effects)
        kept, y = _counted(effects)
        deviations = pm.math.sqrt(v[:, None] + variances)[kept]
        parts = pm.Normal.dist(location[kept, None], deviations)
        pm.Mixture("yi", w=shares, comp_dists=parts, observed=y, dims="estimate")

    def pymc_tied(
        self,
        location: "TensorVariable",
        variance: "TensorVariable",
        *,
        ties: "tuple[tuple[Tie, TensorVariable], ...]",
        effects: Effects,
    ) -> None:
        """See `Likelihood.pymc_tied`; errors that estimates share are integrated out too."""
        self.observed(effects)
        observe(location, variance, effects=effects, ties=(ties, ()))


def _with_shared_errors(
    location: "TensorVariable", effects: Effects
) -> tuple["TensorVariable", NDArray[np.float64]]:
    """Add what estimates have in common to their expectation, and give the variances left."""
    import pymc as pm

    used = counted(effects.shared, effects.v)
    refuse_singular(used, effects.labels)
    if used.independent:
        return location, effects.v
    own, loads = split(used, effects.v)
    unit = pm.Normal(SHARED_ERRORS, 0.0, 1.0, shape=loads.shape[1])
    return location + pm.math.dot(loads, unit), own


def _counted(effects: Effects) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Give the places and values of the estimates that count."""
    kept = np.flatnonzero(np.isfinite(effects.v))
    return kept, effects.y[kept]
