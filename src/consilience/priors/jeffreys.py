"""Jeffreys' prior of tau alone."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from consilience.priors.given_trials import GivenTrials
from consilience.priors.improper import Improper

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class Jeffreys(Improper, GivenTrials):
    """Jeffreys' prior of tau given mu: f(x) ∝ √Σᵢ (x / (vᵢ + x²))², x ≥ 0.

    The root of the Fisher information on tau alone. It is at once Tibshirani's non-informative
    prior [1]_ and the Berger–Bernardo reference prior [2]_, and bears both names in the registry.
    Improper, with a proper posterior from two trials on.

    Parameters
    ----------
    v : tuple of float
        Sampling variances of the estimates, on the squared scale of the effect; left empty, those
        of the effects that a model meets.

    Raises
    ------
    ModelError
        If v holds anything but finite numbers > 0; from `cdf` and `ppf`; and from `logpdf` where v
        is not known.

    References
    ----------
    .. [1] Tibshirani (1989). Noninformative priors for one parameter of many. Biometrika
       76:604-608. doi:10.1093/biomet/76.3.604
    .. [2] Bodnar, Link & Elster (2016). Objective Bayesian inference for a generalized marginal
       random effects model. Bayesian Analysis 11:25-45. doi:10.1214/14-BA933
    """

    v: tuple[float, ...] = ()

    equation: ClassVar[str] = "f(x) ∝ √Σᵢ (x / (vᵢ + x²))², x ≥ 0 (improper)"
    tail_power: ClassVar[float] = -1.0
    zero_power: ClassVar[float] = 1.0

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return self._reduced(x, _log_shape)

    def logp(self, x: "TensorVariable") -> "TensorVariable":
        """Log density as a PyTensor expression."""
        import pytensor.tensor as pt

        noise = self._variances() + pt.shape_padright(x) ** 2
        return pt.log(x) + 0.5 * pt.log(pt.sum(noise**-2.0, axis=-1))


def _log_shape(log_noise: NDArray[np.float64], log_x: NDArray[np.float64]) -> NDArray[np.float64]:
    return log_x + 0.5 * special.logsumexp(-2.0 * log_noise, axis=1)
