"""The LKJ distribution of one correlation."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, betaln, xlog1py

from consilience.priors.custom import Custom

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

_LEAST = 1e-300  # below, the inverse has no number


@final
@dataclass(frozen=True, slots=True)
class LKJ(Custom):
    """LKJ distribution of a correlation: f(x) = (1 − x²)^(eta − 1) / (2^(2 eta − 1) B(eta, eta)).

    −1 ≤ x ≤ 1. Uniform for eta = 1, about zero for a larger one. A correlation matrix of p outcomes
    has the LKJ(eta) distribution if its canonical partial correlations are independent, that of the
    j-th column LKJ(eta + (p − 1 − j)/2) [1]_.

    Parameters
    ----------
    eta : float
        Shape; > 0.

    Raises
    ------
    ModelError
        If eta is not a finite number > 0.

    References
    ----------
    .. [1] Lewandowski, Kurowicka & Joe (2009). Generating random correlation matrices based on
       vines and extended onion method. Journal of Multivariate Analysis 100:1989-2001.
       doi:10.1016/j.jmva.2009.04.008
    """

    eta: float = 1.0

    equation: ClassVar[str] = "f(x) = (1 − x²)^(eta − 1) / (2^(2 eta − 1) B(eta, eta)), −1 ≤ x ≤ 1"
    positive: ClassVar[tuple[str, ...]] = ("eta",)

    @property
    def support(self) -> tuple[float, float]:
        """From −1 to 1."""
        return -1.0, 1.0

    @property
    def _log_constant(self) -> float:
        return float((2.0 * self.eta - 1.0) * np.log(2.0) + betaln(self.eta, self.eta))

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        power = self.eta - 1.0
        return np.asarray(xlog1py(power, -x) + xlog1py(power, x) - self._log_constant)

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(betainc(self.eta, self.eta, 0.5 * (1.0 + x)))

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(2.0 * betaincinv(self.eta, self.eta, np.maximum(q, _LEAST)) - 1.0)

    def logp(self, x: "TensorVariable") -> "TensorVariable":
        """Log density as a PyTensor expression."""
        import pytensor.tensor as pt

        power = np.float64(self.eta - 1.0)
        return power * (pt.log1p(-x) + pt.log1p(x)) - np.float64(self._log_constant)
