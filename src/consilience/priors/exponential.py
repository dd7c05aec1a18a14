"""The exponential distribution."""

from dataclasses import dataclass
from math import inf, log
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from consilience.priors.base import Prior

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class Exponential(Prior):
    """Exponential distribution: f(x) = lam exp(−lam x), x ≥ 0.

    Parameters
    ----------
    lam : float
        Rate, in one over the units of the parameter; > 0. Mean and standard deviation are 1 / lam.

    Raises
    ------
    ModelError
        If lam is not a finite number > 0.
    """

    lam: float

    equation: ClassVar[str] = "f(x) = lam exp(−lam x), x ≥ 0"
    positive: ClassVar[tuple[str, ...]] = ("lam",)

    @property
    def support(self) -> tuple[float, float]:
        """From zero upwards."""
        return 0.0, inf

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return log(self.lam) - self.lam * x

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return -np.expm1(-self.lam * x)

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        return -np.log1p(-q) / self.lam

    def pymc(self, name: str, dims: str | None = None) -> "TensorVariable":
        """Create ``pymc.Exponential`` in the active model."""
        import pymc

        return pymc.Exponential(name, **self._constants, dims=dims)
