"""The half-Student-t distribution."""

from dataclasses import dataclass
from math import inf, log
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from consilience.priors.base import Prior
from consilience.priors.student_distance import distance_within, log_height, log_shape, within

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class HalfStudentT(Prior):
    """Half-t: f(x) = 2 (1 + z² / nu)^(−(nu + 1) / 2) / (sigma √nu B(nu / 2, 1/2)), x ≥ 0.

    Here z = x / sigma and B is the beta function. A prior on a standard deviation between the
    half-Cauchy (nu = 1) and the half-normal (nu → ∞) [1]_.

    Parameters
    ----------
    nu : float
        Degrees of freedom, without unit; > 0.
    sigma : float
        Scale, in the units of the parameter; > 0.

    Raises
    ------
    ModelError
        For a parameter that is not a finite number > 0.

    References
    ----------
    .. [1] Gelman (2006). Prior distributions for variance parameters in hierarchical models.
       Bayesian Analysis 1:515-534. doi:10.1214/06-BA117A
    """

    nu: float
    sigma: float

    equation: ClassVar[str] = (
        "f(x) = 2 (1 + z² / nu)^(−(nu + 1) / 2) / (sigma √nu B(nu / 2, 1/2)), z = x / sigma, x ≥ 0"
    )
    positive: ClassVar[tuple[str, ...]] = ("nu", "sigma")

    @property
    def support(self) -> tuple[float, float]:
        """From zero upwards."""
        return 0.0, inf

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        height = log(2.0) + log_height(self.nu, self.sigma)
        return log_shape(x, nu=self.nu, sigma=self.sigma) + height

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return within(x / self.sigma, self.nu)

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.sigma * distance_within(q, self.nu)

    def pymc(self, name: str, dims: str | None = None) -> "TensorVariable":
        """Create ``pymc.HalfStudentT`` in the active model."""
        import pymc

        return pymc.HalfStudentT(name, **self._constants, dims=dims)
