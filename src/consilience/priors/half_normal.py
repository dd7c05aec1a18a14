"""The half-normal distribution."""

from dataclasses import dataclass
from math import inf, log, pi, sqrt
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from consilience.priors.base import Prior

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class HalfNormal(Prior):
    """Half-normal distribution: f(x) = √(2/π) / sigma · exp(−x² / (2 sigma²)), x ≥ 0.

    The usual weakly informative prior on a standard deviation of true effects: sigma = 0.5 on
    standardised mean differences and log ratios [1]_.

    Parameters
    ----------
    sigma : float
        Scale, in the units of the parameter; > 0. The median is 0.674 sigma.

    Raises
    ------
    ModelError
        If sigma is not a finite number > 0.

    References
    ----------
    .. [1] Röver et al. (2021). On weakly informative prior distributions for the heterogeneity
       parameter in Bayesian random-effects meta-analysis. Research Synthesis Methods 12:448-474.
       doi:10.1002/jrsm.1475
    """

    sigma: float = 0.5

    equation: ClassVar[str] = "f(x) = √(2/π) / sigma · exp(−x² / (2 sigma²)), x ≥ 0"
    positive: ClassVar[tuple[str, ...]] = ("sigma",)

    @property
    def support(self) -> tuple[float, float]:
        """From zero upwards."""
        return 0.0, inf

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return -0.5 * np.square(x / self.sigma) - (log(self.sigma) - 0.5 * log(2 / pi))

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return special.erf(x / (self.sigma * sqrt(2)))

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.sigma * sqrt(2) * special.erfinv(q)

    def pymc(self, name: str, dims: str | None = None) -> "TensorVariable":
        """Create ``pymc.HalfNormal`` in the active model."""
        import pymc

        return pymc.HalfNormal(name, **self._constants, dims=dims)
