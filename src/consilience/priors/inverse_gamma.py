"""The inverse-gamma distribution."""

from dataclasses import dataclass
from math import inf, lgamma, log, ulp
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from consilience.priors.base import Prior

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class InverseGamma(Prior):
    """Inverse-gamma: f(x) = beta^alpha / Γ(alpha) · x^(−alpha − 1) exp(−beta / x), x > 0.

    Its density is 0 at x = 0, so that it rules out homogeneity; small alpha and beta are
    informative, not vague, where the number of trials is small [1]_.

    Parameters
    ----------
    alpha : float
        Shape, without unit; > 0.
    beta : float
        Scale, in the units of the parameter; > 0. The mode is beta / (alpha + 1).

    Raises
    ------
    ModelError
        For a parameter that is not a finite number > 0.

    References
    ----------
    .. [1] Gelman (2006). Prior distributions for variance parameters in hierarchical models.
       Bayesian Analysis 1:515-534. doi:10.1214/06-BA117A
    """

    alpha: float
    beta: float

    equation: ClassVar[str] = "f(x) = beta^alpha / Γ(alpha) · x^(−alpha − 1) exp(−beta / x), x > 0"
    positive: ClassVar[tuple[str, ...]] = ("alpha", "beta")

    @property
    def support(self) -> tuple[float, float]:
        """From zero upwards."""
        return 0.0, inf

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        constant = self.alpha * log(self.beta) - lgamma(self.alpha)
        # At x = 0 beta / x is infinite and must win: the logarithm is kept finite there.
        log_x = np.log(np.maximum(x, ulp(0.0)))
        return constant - (self.alpha + 1.0) * log_x - self.beta / x

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return special.gammaincc(self.alpha, self.beta / x)

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.beta / special.gammainccinv(self.alpha, q)

    def pymc(self, name: str, dims: str | None = None) -> "TensorVariable":
        """Create ``pymc.InverseGamma`` in the active model."""
        import pymc

        return pymc.InverseGamma(name, **self._constants, dims=dims)
