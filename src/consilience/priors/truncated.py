"""A prior cut off at one or both ends."""

from dataclasses import dataclass
from math import inf, isnan, log
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from consilience.errors import ModelError
from consilience.priors.base import Prior, refusal
from consilience.priors.composite import Composite, as_prior

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

_LEAST = 1e-6


@final
@dataclass(frozen=True, slots=True)
class Truncated(Composite):
    """Prior within two limits: f(x) = g(x) / (G(upper) − G(lower)), lower ≤ x ≤ upper.

    Here g is the density of the prior and G its distribution function.

    Parameters
    ----------
    prior : Prior
        Proper prior to be cut off.
    lower, upper : float
        Limits, on the scale of the parameter; infinite for none. The support of the result is what
        they share with the prior's.

    Raises
    ------
    ModelError
        If the prior is improper, upper <= lower, or less than a millionth of the prior is left
        (which would also cost the figures that double precision has).
    """

    prior: Prior
    lower: float = -inf
    upper: float = inf

    equation: ClassVar[str] = (
        "f(x) = g(x) / (G(upper) − G(lower)), lower ≤ x ≤ upper, g and G those of prior"
    )

    def __post_init__(self) -> None:
        """Check the limits and what they leave of the prior."""
        as_prior("Truncated", self.prior)
        for name in ("lower", "upper"):
            object.__setattr__(self, name, _limit(self, name))
        if self.upper <= self.lower:
            raise ModelError(refusal(self, "upper", rule=f"greater than lower = {self.lower!r}"))
        self._refuse_improper()
        if self.resolved and self._mass() < _LEAST:
            raise ModelError(
                f"{self.label} leaves less than a millionth of its prior. Give it limits that hold "
                "more, or a prior that belongs there."
            )

    @property
    def support(self) -> tuple[float, float]:
        """What the limits share with the prior's support."""
        lower, upper = self.prior.support
        return max(lower, self.lower), min(upper, self.upper)

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.prior.logpdf(x) - log(self._mass())

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return (self.prior.cdf(x) - self._below()) / self._mass()

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.clip(self.prior.ppf(self._below() + q * self._mass()), *self.support)

    def logp(self, x: "TensorVariable") -> "TensorVariable":
        """Log density as a PyTensor expression."""
        return self.prior.logp(x) - np.log(self._mass())

    def _below(self) -> float:
        return float(self.prior.cdf(self.lower))

    def _mass(self) -> float:
        return float(self.prior.cdf(self.upper)) - self._below()


def _limit(prior: Truncated, name: str) -> float:
    value = getattr(prior, name)
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or isnan(value):
        raise ModelError(refusal(prior, name, rule="a number, or infinite for none"))
    return float(value)
