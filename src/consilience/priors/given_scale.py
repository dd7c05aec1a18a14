"""What priors of tau have in common that take one typical standard error from the trials."""

from abc import abstractmethod
from typing import TYPE_CHECKING, override

import numpy as np
from numpy.typing import NDArray

from consilience.priors.custom import Custom
from consilience.priors.given_trials import GivenTrials

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


class GivenScale(GivenTrials):
    """A prior on tau that is a known distribution, scaled by a mean of the sampling variances."""

    __slots__ = ()

    @property
    @abstractmethod
    def known(self) -> Custom:
        """The distribution that it is, in the units of the effect."""

    @override
    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.known._logpdf(x)

    @override
    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.known.cdf(x)

    @override
    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.known.ppf(q)

    @override
    def logp(self, x: "TensorVariable") -> "TensorVariable":
        """Log density as a PyTensor expression."""
        return self.known.logp(x)

    def _harmonic(self) -> float:
        """Harmonic mean of the sampling variances."""
        variances = self._variances()
        return float(len(variances) / np.sum(1.0 / variances))
