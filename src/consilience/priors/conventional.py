"""The conventional prior of tau."""

from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from consilience.priors.given_trials import GivenTrials
from consilience.priors.inverse import invert
from consilience.priors.tabulated import Tabulated, tabulate

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class Conventional(GivenTrials):
    """Conventional prior: f(x) ∝ Πᵢ (x / (vᵢ + x²)^(3/2))^(1/k), x ≥ 0.

    Proper: the geometric mean over the k trials of each one's proper prior
    √vᵢ x / (vᵢ + x²)^(3/2), made for testing tau = 0 [1]_. Its constant is integrated numerically,
    to the last digits of double precision.

    Parameters
    ----------
    v : tuple of float
        Sampling variances of the estimates, on the squared scale of the effect; left empty, those
        of the effects that a model meets.

    Raises
    ------
    ModelError
        If v holds anything but finite numbers > 0, and from every question but `resolve` where v is
        not known.

    References
    ----------
    .. [1] Berger & Deely (1988). A Bayesian approach to ranking and selection of related means with
       alternatives to analysis-of-variance methodology. Journal of the American Statistical
       Association 83:364-373. doi:10.1080/01621459.1988.10478606
    """

    v: tuple[float, ...] = ()

    equation: ClassVar[str] = "f(x) ∝ Πᵢ (x / (vᵢ + x²)^(3/2))^(1/k), x ≥ 0"

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return self._shape(x) - self._log_total()

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return _table(self).cdf(x)

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        return invert(_table(self).cdf, q, self.support)

    def logp(self, x: "TensorVariable") -> "TensorVariable":
        """Log density as a PyTensor expression."""
        import pytensor.tensor as pt

        noise = self._variances() + pt.shape_padright(x) ** 2
        return pt.log(x) - 1.5 * pt.mean(pt.log(noise), axis=-1) - np.float64(self._log_total())

    def _shape(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return self._reduced(x, lambda log_noise, log_x: log_x - 1.5 * log_noise.mean(axis=1))

    def _log_total(self) -> float:
        return log(_table(self).total) + _height(self)


def _height(prior: Conventional) -> float:
    """Log of the size of the density, taken off before it leaves the logarithm."""
    return float(-np.mean(np.log(prior._variances())))


@lru_cache(maxsize=32)
def _table(prior: Conventional) -> Tabulated:
    """Tabulate the shape, with its powers at zero and in the tail."""
    height = _height(prior)
    return tabulate(
        lambda x: np.exp(prior._shape(x) - height),
        (sqrt(min(prior.v)), sqrt(max(prior.v))),
        (1.0, -2.0),
    )
