"""Jeffreys' prior of mu and tau together."""

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
class OverallJeffreys(Improper, GivenTrials):
    """Jeffreys' joint prior: f(x) ∝ √(Σᵢ 1 / (vᵢ + x²) · Σᵢ (x / (vᵢ + x²))²), x ≥ 0.

    The root of the determinant of the Fisher information on (mu, tau), to be used with a `Flat` mu.
    Its factor for mu makes it prefer small tau; Jeffreys himself advised against it in models of
    location and scale, and so does the reference program [1]_. Stated without its constant, as a
    joint density in which mu is not integrable.

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
    .. [1] Röver (2020). Bayesian random-effects meta-analysis using the bayesmeta R package.
       Journal of Statistical Software 93(6):1-51. doi:10.18637/jss.v093.i06
    """

    v: tuple[float, ...] = ()

    equation: ClassVar[str] = "f(x) ∝ √(Σᵢ 1 / (vᵢ + x²) · Σᵢ (x / (vᵢ + x²))²), x ≥ 0 (improper)"
    tail_power: ClassVar[float] = -2.0
    zero_power: ClassVar[float] = 1.0

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return self._reduced(x, _log_shape)

    def logp(self, x: "TensorVariable") -> "TensorVariable":
        """Log density as a PyTensor expression."""
        import pytensor.tensor as pt

        noise = self._variances() + pt.shape_padright(x) ** 2
        information = pt.sum(1.0 / noise, axis=-1) * pt.sum(noise**-2.0, axis=-1)
        return pt.log(x) + 0.5 * pt.log(information)


def _log_shape(log_noise: NDArray[np.float64], log_x: NDArray[np.float64]) -> NDArray[np.float64]:
    on_mu = special.logsumexp(-log_noise, axis=1)
    return log_x + 0.5 * (on_mu + special.logsumexp(-2.0 * log_noise, axis=1))
