"""The uniform distribution."""

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from consilience.errors import ModelError
from consilience.priors.base import Prior, refusal

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class Uniform(Prior):
    """Uniform distribution: f(x) = 1 / (upper − lower), lower ≤ x ≤ upper.

    Parameters
    ----------
    lower : float
        Smallest value, on the scale of the parameter.
    upper : float
        Largest value, on the same scale; > lower.

    Raises
    ------
    ModelError
        For a parameter that is not a finite number, or upper <= lower.
    """

    lower: float
    upper: float

    equation: ClassVar[str] = "f(x) = 1 / (upper − lower), lower ≤ x ≤ upper"

    def __post_init__(self) -> None:
        """Check that the two ends are finite and in order."""
        Prior.__post_init__(self)
        if self.upper <= self.lower:
            raise ModelError(refusal(self, "upper", rule=f"greater than lower = {self.lower!r}"))

    @property
    def support(self) -> tuple[float, float]:
        """Both ends belong to it."""
        return self.lower, self.upper

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.full_like(x, -log(self.upper - self.lower))

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return (x - self.lower) / (self.upper - self.lower)

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.lower + q * (self.upper - self.lower)

    def pymc(self, name: str, dims: str | None = None) -> "TensorVariable":
        """Create ``pymc.Uniform`` in the active model."""
        import pymc

        return pymc.Uniform(name, **self._constants, dims=dims)
