"""The beta distribution."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, betaln, xlog1py, xlogy

from consilience.priors.base import Prior

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

_LEAST = 1e-300  # below, the inverse has no number


@final
@dataclass(frozen=True, slots=True)
class Beta(Prior):
    """Beta distribution: f(x) = x^(alpha − 1) (1 − x)^(beta − 1) / B(alpha, beta), 0 ≤ x ≤ 1.

    For shares, and for correlations that cannot be negative.

    Parameters
    ----------
    alpha, beta : float
        Shapes; > 0. The mean is alpha / (alpha + beta), as from alpha + beta observations.

    Raises
    ------
    ModelError
        If a shape is not a finite number > 0.
    """

    alpha: float
    beta: float

    equation: ClassVar[str] = "f(x) = x^(alpha − 1) (1 − x)^(beta − 1) / B(alpha, beta), 0 ≤ x ≤ 1"
    positive: ClassVar[tuple[str, ...]] = ("alpha", "beta")

    @property
    def support(self) -> tuple[float, float]:
        """From 0 to 1."""
        return 0.0, 1.0

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        powers = xlogy(self.alpha - 1.0, x) + xlog1py(self.beta - 1.0, -x)
        return np.asarray(powers - betaln(self.alpha, self.beta))

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(betainc(self.alpha, self.beta, x))

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(betaincinv(self.alpha, self.beta, np.maximum(q, _LEAST)))

    def pymc(self, name: str, dims: str | None = None) -> "TensorVariable":
        """Create ``pymc.Beta`` in the active model."""
        import pymc

        return pymc.Beta(name, **self._constants, dims=dims)
