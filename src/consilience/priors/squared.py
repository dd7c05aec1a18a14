"""The prior of a quantity whose square has a known prior."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from consilience.errors import ModelError
from consilience.priors.base import Prior
from consilience.priors.composite import Composite, as_prior

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class Squared(Composite):
    """Density of x when x² has a given prior: f(x) = 2 x g(x²), g the density of that prior.

    Published priors of heterogeneity are often stated for tau², while tau is what a model has; the
    factor 2 x is what is forgotten when the one is taken for the other.

    Parameters
    ----------
    prior : Prior
        Proper prior of x², on [0, ∞), in squared units of the parameter.

    Raises
    ------
    ModelError
        If the prior is improper or gives mass to negative values.

    Examples
    --------
    The inverse-gamma prior on the variance between trials:

    >>> Squared(InverseGamma(1.0, 0.15))  # doctest: +SKIP
    """

    prior: Prior

    equation: ClassVar[str] = "f(x) = 2 x g(x²), g the density of prior"

    def __post_init__(self) -> None:
        """Check that the prior is a proper one of a square."""
        as_prior("Squared", self.prior)
        self._refuse_improper()
        if self.prior.support[0] < 0.0:
            raise ModelError(
                f"Squared: a square cannot be negative, but {self.prior.label} gives mass to "
                "negative values. Give Squared a prior on [0, ∞), such as HalfNormal."
            )

    @property
    def support(self) -> tuple[float, float]:
        """Roots of the ends of the prior's support."""
        lower, upper = self.prior.support
        return lower**0.5, upper**0.5

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        inside = self.prior.logpdf(np.square(x))
        return np.where(inside > -np.inf, np.log(2.0 * x) + inside, -np.inf)

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.prior.cdf(np.square(x))

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.sqrt(self.prior.ppf(q))

    def logp(self, x: "TensorVariable") -> "TensorVariable":
        """Log density as a PyTensor expression."""
        import pytensor.tensor as pt

        return pt.log(2.0) + pt.log(x) + self.prior.logp(x**2)
