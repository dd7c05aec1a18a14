"""The log-normal distribution."""

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
class LogNormal(Prior):
    """Log-normal: f(x) = exp(−(ln x − mu)² / (2 sigma²)) / (x sigma √(2π)), x > 0.

    The published empirical priors on heterogeneity have this form; mind whether a source states it
    for tau or for tau² [1]_.

    Parameters
    ----------
    mu : float
        Mean of ln x; exp(mu) is the median in the units of the parameter.
    sigma : float
        Standard deviation of ln x, without unit; > 0.

    Raises
    ------
    ModelError
        For a parameter that is not a finite number, or sigma <= 0.

    References
    ----------
    .. [1] Turner et al. (2015). Predictive distributions for between-study heterogeneity and simple
       methods for their application in Bayesian meta-analysis. Statistics in Medicine 34:984-998.
       doi:10.1002/sim.6381
    """

    mu: float
    sigma: float

    equation: ClassVar[str] = "f(x) = exp(−(ln x − mu)² / (2 sigma²)) / (x sigma √(2π)), x > 0"
    positive: ClassVar[tuple[str, ...]] = ("sigma",)

    @property
    def support(self) -> tuple[float, float]:
        """From zero upwards."""
        return 0.0, inf

    @property
    def spans_magnitudes(self) -> bool:
        """Yes: ln x has no lower end."""
        return True

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        z = (np.log(x) - self.mu) / self.sigma
        # −z²/2 − ln x as one square: at x = 0 and at infinity the two terms apart would give nan.
        constant = log(self.sigma) + 0.5 * log(2 * pi) + self.mu - 0.5 * self.sigma**2
        return -0.5 * np.square(z + self.sigma) - constant

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return special.ndtr((np.log(x) - self.mu) / self.sigma)

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.exp(self.mu + self.sigma * special.ndtri(q))

    def pymc(self, name: str, dims: str | None = None) -> "TensorVariable":
        """Create ``pymc.LogNormal`` in the active model."""
        import pymc

        return pymc.LogNormal(name, **self._constants, dims=dims)
