"""The Lomax distribution: a Pareto distribution that starts at zero."""

from dataclasses import dataclass
from math import inf, log
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from consilience.priors.custom import Custom

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class Lomax(Custom):
    """Lomax distribution: f(x) = alpha / lam · (1 + x / lam)^(−alpha − 1), x ≥ 0.

    An exponential distribution whose rate is itself gamma distributed, so that its tail is heavier:
    alpha → ∞ with lam = alpha / rate is the exponential [1]_.

    Parameters
    ----------
    alpha : float
        Shape, without unit; > 0. The mean needs alpha > 1, the variance alpha > 2.
    lam : float
        Scale, in the units of the parameter; > 0. The median is lam (2^(1 / alpha) − 1).

    Raises
    ------
    ModelError
        For a parameter that is not a finite number > 0.

    References
    ----------
    .. [1] Röver et al. (2021). On weakly informative prior distributions for the heterogeneity
       parameter in Bayesian random-effects meta-analysis. Research Synthesis Methods 12:448-474.
       doi:10.1002/jrsm.1475
    """

    alpha: float
    lam: float

    equation: ClassVar[str] = "f(x) = alpha / lam · (1 + x / lam)^(−alpha − 1), x ≥ 0"
    positive: ClassVar[tuple[str, ...]] = ("alpha", "lam")

    @property
    def support(self) -> tuple[float, float]:
        """From zero upwards."""
        return 0.0, inf

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return log(self.alpha) - log(self.lam) - (self.alpha + 1.0) * np.log1p(x / self.lam)

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return -np.expm1(-self.alpha * np.log1p(x / self.lam))

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.lam * np.expm1(-np.log1p(-q) / self.alpha)

    def logp(self, x: "TensorVariable") -> "TensorVariable":
        """Log density as a PyTensor expression."""
        import pytensor.tensor as pt

        given = self._constants
        height = np.log(given["alpha"]) - np.log(given["lam"])
        return height - (given["alpha"] + 1.0) * pt.log1p(x / given["lam"])
