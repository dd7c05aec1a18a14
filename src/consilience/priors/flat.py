"""The improper uniform prior."""

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from consilience.priors.improper import Improper

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class Flat(Improper):
    """Improper uniform prior on the whole line: f(x) ∝ 1.

    It is no distribution: it has no quantiles, no draws and no evidence. As a normal prior it is
    the limit of an infinite standard deviation; on tau it needs three trials [1]_.

    Raises
    ------
    ModelError
        From `cdf` and `ppf`.

    References
    ----------
    .. [1] Gelman (2006). Prior distributions for variance parameters in hierarchical models.
       Bayesian Analysis 1:515-534. doi:10.1214/06-BA117A
    """

    equation: ClassVar[str] = "f(x) ∝ 1 (improper)"
    tail_power: ClassVar[float] = 0.0
    zero_power: ClassVar[float] = 0.0

    @property
    def support(self) -> tuple[float, float]:
        """The whole line."""
        return -inf, inf

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.zeros_like(x)

    def pymc(self, name: str, dims: str | None = None) -> "TensorVariable":
        """Create ``pymc.Flat`` in the active model."""
        import pymc

        return pymc.Flat(name, dims=dims)

    def normal_moments(self) -> tuple[float, float]:
        """Mean 0 and an infinite standard deviation."""
        return 0.0, inf
