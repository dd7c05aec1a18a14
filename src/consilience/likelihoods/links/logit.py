"""The logit link: odds ratios."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, final

from consilience.gaussian import Array
from consilience.likelihoods.links.base import Link, log_chances

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class Logit(Link):
    """logit p₁ = logit p₂ + d: the effect is a log odds ratio."""

    codes: ClassVar[tuple[str, ...]] = ("OR",)
    shifts: ClassVar[bool] = True

    def chances(self, b: Array, d: Array) -> tuple[Array, Array]:
        """See `Link.chances`."""
        return log_chances(b + d)

    def pymc(self, b: "TensorVariable", d: "TensorVariable") -> "TensorVariable":
        """See `Link.pymc`."""
        import pymc as pm

        return pm.math.sigmoid(b + d)
