"""The half-logistic distribution."""

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
class HalfLogistic(Custom):
    """Half-logistic distribution: f(x) = 2 exp(−z) / (scale (1 + exp(−z))²), z = x / scale, x ≥ 0.

    Flat at zero as the half-normal, with the tail of an exponential [1]_.

    Parameters
    ----------
    scale : float
        Scale, in the units of the parameter; > 0. The median is 1.0986 scale.

    Raises
    ------
    ModelError
        If scale is not a finite number > 0.

    References
    ----------
    .. [1] Röver et al. (2021). On weakly informative prior distributions for the heterogeneity
       parameter in Bayesian random-effects meta-analysis. Research Synthesis Methods 12:448-474.
       doi:10.1002/jrsm.1475
    """

    scale: float

    equation: ClassVar[str] = "f(x) = 2 exp(−z) / (scale (1 + exp(−z))²), z = x / scale, x ≥ 0"
    positive: ClassVar[tuple[str, ...]] = ("scale",)

    @property
    def support(self) -> tuple[float, float]:
        """From zero upwards."""
        return 0.0, inf

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        z = x / self.scale
        return log(2.0) - log(self.scale) - z - 2.0 * np.log1p(np.exp(-z))

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.tanh(0.5 * x / self.scale)

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        return 2.0 * self.scale * np.arctanh(q)

    def logp(self, x: "TensorVariable") -> "TensorVariable":
        """Log density as a PyTensor expression."""
        import pytensor.tensor as pt

        scale = np.float64(self.scale)
        z = x / scale
        return np.log(2.0 / scale) - z - 2.0 * pt.log1p(pt.exp(-z))
