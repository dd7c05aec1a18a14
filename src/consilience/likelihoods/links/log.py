"""The log link: risk ratios."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np

from consilience.gaussian import Array
from consilience.likelihoods.links.base import Link, log_chances

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class Log(Link):
    """log p₁ = min(log p₂ + d, 0): the effect is a log risk ratio.

    A risk ratio that would carry p₁ beyond 1 makes the event certain, so that the model can draw
    data for every effect.

    References
    ----------
    Warn, Thompson & Spiegelhalter (2002), doi:10.1002/sim.1115.
    """

    codes: ClassVar[tuple[str, ...]] = ("RR",)

    def chances(self, b: Array, d: Array) -> tuple[Array, Array]:
        """See `Link.chances`."""
        log_p = np.minimum(d + log_chances(b)[0], 0.0)
        with np.errstate(divide="ignore"):
            return log_p, np.log(-np.expm1(log_p))

    def pymc(self, b: "TensorVariable", d: "TensorVariable") -> "TensorVariable":
        """See `Link.pymc`."""
        import pymc as pm

        return pm.math.exp(pm.math.minimum(d - pm.math.log1pexp(-b), 0.0))

    def edge(self, d: Array) -> Array:
        """See `Link.edge`."""
        with np.errstate(all="ignore"):
            return np.where(d > 0.0, -d - np.log(-np.expm1(-d)), np.nan)
