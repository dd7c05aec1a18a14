"""The half-Cauchy distribution."""

from dataclasses import dataclass
from math import inf, log, pi
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from consilience.priors.base import Prior

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class HalfCauchy(Prior):
    """Half-Cauchy distribution: f(x) = 2 / (π beta (1 + (x / beta)²)), x ≥ 0.

    A prior on a standard deviation that lets the data speak where they want a large one [1]_: it
    has no mean, and 10 % of it lies beyond 6.3 beta.

    Parameters
    ----------
    beta : float
        Scale and median, in the units of the parameter; > 0.

    Raises
    ------
    ModelError
        If beta is not a finite number > 0.

    References
    ----------
    .. [1] Gelman (2006). Prior distributions for variance parameters in hierarchical models.
       Bayesian Analysis 1:515-534. doi:10.1214/06-BA117A
    """

    beta: float

    equation: ClassVar[str] = "f(x) = 2 / (π beta (1 + (x / beta)²)), x ≥ 0"
    positive: ClassVar[tuple[str, ...]] = ("beta",)

    @property
    def support(self) -> tuple[float, float]:
        """From zero upwards."""
        return 0.0, inf

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        # log(1 + z²) from log z: z² alone would overflow far out.
        log_square = 2.0 * np.log(x) - 2.0 * log(self.beta)
        return log(2 / pi) - log(self.beta) - np.logaddexp(0.0, log_square)

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return 2 / pi * np.arctan(x / self.beta)

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.beta * np.tan(pi / 2 * q)

    def pymc(self, name: str, dims: str | None = None) -> "TensorVariable":
        """Create ``pymc.HalfCauchy`` in the active model."""
        import pymc

        return pymc.HalfCauchy(name, **self._constants, dims=dims)
