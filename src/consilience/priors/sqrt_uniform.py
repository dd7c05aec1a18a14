"""The improper prior that is uniform in the square root."""

from dataclasses import dataclass
from math import inf, ulp
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from consilience.priors.custom import Custom
from consilience.priors.improper import Improper

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class SqrtUniform(Improper, Custom):
    """Improper prior, uniform in √x: f(x) ∝ x^(−1/2), x > 0.

    On tau it stands between the uniform prior and the scale-free 1 / tau, whose posterior is never
    proper; its own is with two trials or more [1]_.

    Raises
    ------
    ModelError
        From `cdf` and `ppf`.

    References
    ----------
    .. [1] Röver (2020). Bayesian random-effects meta-analysis using the bayesmeta R package.
       Journal of Statistical Software 93(6):1-51. doi:10.18637/jss.v093.i06
    """

    equation: ClassVar[str] = "f(x) ∝ x^(−1/2), x > 0 (improper)"
    tail_power: ClassVar[float] = -0.5
    zero_power: ClassVar[float] = -0.5

    @property
    def support(self) -> tuple[float, float]:
        """From zero upwards."""
        return 0.0, inf

    @property
    def start(self) -> float:
        """One, in whatever unit."""
        return 1.0

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        # At zero, where the density has no limit, the value at the smallest positive number stands.
        return -0.5 * np.log(np.maximum(x, ulp(0.0)))

    def logp(self, x: "TensorVariable") -> "TensorVariable":
        """Log density as a PyTensor expression."""
        import pytensor.tensor as pt

        return -0.5 * pt.log(x)
