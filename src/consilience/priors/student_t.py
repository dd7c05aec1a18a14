"""Student's t distribution, located and scaled."""

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from consilience.priors.base import Prior
from consilience.priors.student_distance import beyond, distance_beyond, log_height, log_shape

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class StudentT(Prior):
    """Student's t: f(x) = (1 + z² / nu)^(−(nu + 1) / 2) / (sigma √nu B(nu / 2, 1/2)).

    Here z = (x − mu) / sigma and B is the beta function. A normal prior with heavier tails, which
    gives way when the data contradict it.

    Parameters
    ----------
    nu : float
        Degrees of freedom, without unit; > 0. The mean needs nu > 1, the variance nu > 2.
    mu : float
        Location, on the scale of the parameter.
    sigma : float
        Scale, on the same scale; > 0. It is not the standard deviation.

    Raises
    ------
    ModelError
        For a parameter that is not a finite number, nu <= 0 or sigma <= 0.
    """

    nu: float
    mu: float
    sigma: float

    equation: ClassVar[str] = (
        "f(x) = (1 + z² / nu)^(−(nu + 1) / 2) / (sigma √nu B(nu / 2, 1/2)), z = (x − mu) / sigma"
    )
    positive: ClassVar[tuple[str, ...]] = ("nu", "sigma")

    @property
    def support(self) -> tuple[float, float]:
        """The whole line."""
        return -inf, inf

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        shape = log_shape(np.abs(x - self.mu), nu=self.nu, sigma=self.sigma)
        return shape + log_height(self.nu, self.sigma)

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        tail = 0.5 * beyond((x - self.mu) / self.sigma, self.nu)
        return np.where(x < self.mu, tail, 1.0 - tail)

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        distance = distance_beyond(2.0 * np.minimum(q, 1.0 - q), self.nu)
        return self.mu + self.sigma * np.copysign(distance, q - 0.5)

    def pymc(self, name: str, dims: str | None = None) -> "TensorVariable":
        """Create ``pymc.StudentT`` in the active model."""
        import pymc

        return pymc.StudentT(name, **self._constants, dims=dims)
