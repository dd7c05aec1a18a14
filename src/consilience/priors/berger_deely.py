"""The Berger–Deely prior of tau."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from consilience.priors.given_trials import GivenTrials
from consilience.priors.improper import Improper

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class BergerDeely(Improper, GivenTrials):
    """Berger–Deely prior: f(x) ∝ Πᵢ (x / (vᵢ + x²))^(1/k), x ≥ 0.

    The geometric mean over the k trials of each one's Jeffreys prior; the same as `Jeffreys` where
    all standard errors are equal [1]_. Improper, with a proper posterior from two trials on.

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
    .. [1] Berger & Deely (1988). A Bayesian approach to ranking and selection of related means with
       alternatives to analysis-of-variance methodology. Journal of the American Statistical
       Association 83:364-373. doi:10.1080/01621459.1988.10478606
    """

    v: tuple[float, ...] = ()

    equation: ClassVar[str] = "f(x) ∝ Πᵢ (x / (vᵢ + x²))^(1/k), x ≥ 0 (improper)"
    tail_power: ClassVar[float] = -1.0
    zero_power: ClassVar[float] = 1.0

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return self._reduced(x, lambda log_noise, log_x: log_x - log_noise.mean(axis=1))

    def logp(self, x: "TensorVariable") -> "TensorVariable":
        """Log density as a PyTensor expression."""
        import pytensor.tensor as pt

        noise = self._variances() + pt.shape_padright(x) ** 2
        return pt.log(x) - pt.mean(pt.log(noise), axis=-1)
