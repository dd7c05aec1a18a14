"""The identity link: risk differences."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from scipy.special import expit

from consilience.gaussian import Array
from consilience.likelihoods.links.base import Link

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class Identity(Link):
    """p₁ = p₂ + d, held between 0 and 1: the effect is a risk difference.

    A difference that would carry p₁ beyond an end makes the event certain or impossible, so that
    the model can draw data for every effect.

    References
    ----------
    Warn, Thompson & Spiegelhalter (2002), doi:10.1002/sim.1115.
    """

    codes: ClassVar[tuple[str, ...]] = ("RD",)

    def chances(self, b: Array, d: Array) -> tuple[Array, Array]:
        """See `Link.chances`; 1 − p₁ from 1 − p₂, without cancellation near certainty."""
        with np.errstate(divide="ignore"):
            log_p = np.log(np.clip(expit(b) + d, 0.0, 1.0))
            return log_p, np.log(np.clip(expit(-b) - d, 0.0, 1.0))

    def pymc(self, b: "TensorVariable", d: "TensorVariable") -> "TensorVariable":
        """See `Link.pymc`."""
        import pymc as pm

        return pm.math.clip(pm.math.sigmoid(b) + d, 0.0, 1.0)

    def edge(self, d: Array) -> Array:
        """See `Link.edge`."""
        with np.errstate(all="ignore"):
            p = np.where(d > 0.0, 1.0 - d, -d)
            return np.where((p > 0.0) & (p < 1.0), np.log(p) - np.log1p(-p), np.nan)
