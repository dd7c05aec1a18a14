"""The normal distribution."""

from dataclasses import dataclass
from math import inf, log, pi
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from consilience.priors.base import Prior

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class Normal(Prior):
    """Normal distribution: f(x) = exp(−(x − mu)² / (2 sigma²)) / (sigma √(2π)).

    Parameters
    ----------
    mu : float
        Mean, on the scale of the parameter.
    sigma : float
        Standard deviation, on the same scale; > 0.

    Raises
    ------
    ModelError
        For a parameter that is not a finite number, or sigma <= 0.
    """

    mu: float = 0.0
    sigma: float = 1.0

    equation: ClassVar[str] = "f(x) = exp(−(x − mu)² / (2 sigma²)) / (sigma √(2π))"
    positive: ClassVar[tuple[str, ...]] = ("sigma",)

    @property
    def support(self) -> tuple[float, float]:
        """The whole line."""
        return -inf, inf

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return -0.5 * np.square((x - self.mu) / self.sigma) - (log(self.sigma) + 0.5 * log(2 * pi))

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return special.ndtr((x - self.mu) / self.sigma)

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.mu + self.sigma * special.ndtri(q)

    def pymc(self, name: str, dims: str | None = None) -> "TensorVariable":
        """Create ``pymc.Normal`` in the active model."""
        import pymc

        return pymc.Normal(name, **self._constants, dims=dims)

    def normal_moments(self) -> tuple[float, float]:
        """Mean and standard deviation."""
        return self.mu, self.sigma
