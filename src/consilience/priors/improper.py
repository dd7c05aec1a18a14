"""What improper priors have in common: a density that does not integrate, and nothing else."""

from typing import ClassVar, NoReturn, override

import numpy as np
from numpy.typing import NDArray

from consilience.errors import ModelError
from consilience.priors.base import Prior


class Improper(Prior):
    """A prior that is no distribution: it has no quantiles, no draws and no evidence.

    Its leaves state `tail_power` and `zero_power`, from which an engine proves that the posterior
    is a distribution before it integrates.
    """

    __slots__ = ()

    proper: ClassVar[bool] = False

    @override
    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        self._refuse("distribution function")

    @override
    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        self._refuse("quantiles")

    def _refuse(self, what: str) -> NoReturn:
        message = (
            f"{self.label} is improper: it has no {what}. "
            "Use a proper prior, such as Normal(0, 1) or, on a standard deviation, HalfNormal(0.5)."
        )
        raise ModelError(message)
