"""The log-Student-t distribution: the logarithm follows Student's t."""

from dataclasses import dataclass
from math import inf, ulp
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from consilience.priors.custom import Custom
from consilience.priors.student_distance import beyond, distance_beyond, log_height, log_shape

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class LogStudentT(Custom):
    """Log-t: f(x) = (1 + z² / nu)^(−(nu + 1) / 2) / (x sigma √nu B(nu / 2, 1/2)), x > 0.

    Here z = (ln x − mu) / sigma and B is the beta function. The predictive distributions of
    heterogeneity in continuous outcomes have this form; mind whether a source states it for tau or
    for tau²: ln tau² ~ t(nu, m, s) is ln tau ~ t(nu, m / 2, s / 2) [1]_.

    Parameters
    ----------
    nu : float
        Degrees of freedom, without unit; > 0. No moment of x exists.
    mu : float
        Location of ln x; exp(mu) is the median in the units of the parameter.
    sigma : float
        Scale of ln x, without unit; > 0.

    Raises
    ------
    ModelError
        For a parameter that is not a finite number, nu <= 0 or sigma <= 0.

    Notes
    -----
    The density rises without limit towards x = 0 (as 1 / (x |ln x|^(nu + 1))); at 0 itself the
    value at the smallest positive number stands.

    References
    ----------
    .. [1] Rhodes et al. (2015). Predictive distributions were developed for the extent of
       heterogeneity in meta-analyses of continuous outcome data. Journal of Clinical Epidemiology
       68:52-60. doi:10.1016/j.jclinepi.2014.08.012
    """

    nu: float
    mu: float
    sigma: float

    equation: ClassVar[str] = (
        "f(x) = (1 + z² / nu)^(−(nu + 1) / 2) / (x sigma √nu B(nu / 2, 1/2)), "
        "z = (ln x − mu) / sigma, x > 0"
    )
    positive: ClassVar[tuple[str, ...]] = ("nu", "sigma")

    @property
    def support(self) -> tuple[float, float]:
        """From zero upwards."""
        return 0.0, inf

    @property
    def spans_magnitudes(self) -> bool:
        """Yes: ln x has no lower end."""
        return True

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        log_x = np.log(np.maximum(x, ulp(0.0)))
        shape = log_shape(np.abs(log_x - self.mu), nu=self.nu, sigma=self.sigma)
        return shape + log_height(self.nu, self.sigma) - log_x

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        z = (np.log(x) - self.mu) / self.sigma
        tail = 0.5 * beyond(z, self.nu)
        return np.where(z < 0.0, tail, 1.0 - tail)

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        distance = distance_beyond(2.0 * np.minimum(q, 1.0 - q), self.nu)
        return np.exp(self.mu + self.sigma * np.copysign(distance, q - 0.5))

    def logp(self, x: "TensorVariable") -> "TensorVariable":
        """Log density as a PyTensor expression."""
        import pytensor.tensor as pt

        given = self._constants
        z = (pt.log(x) - given["mu"]) / given["sigma"]
        shape = -0.5 * (given["nu"] + 1.0) * pt.log1p(z**2 / given["nu"])
        return shape + np.float64(log_height(self.nu, self.sigma)) - pt.log(x)
