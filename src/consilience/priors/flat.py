"""The improper uniform prior."""

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, ClassVar, NoReturn, final, override

import numpy as np
from numpy.typing import NDArray

from consilience.errors import ModelError
from consilience.priors.base import Prior

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class Flat(Prior):
    """Improper uniform prior on the whole line: f(x) ∝ 1.

    It is no distribution: it has no quantiles, no draws and no evidence. As a normal prior it is
    the limit of an infinite standard deviation.

    Raises
    ------
    ModelError
        From `cdf` and `ppf`.
    """

    equation: ClassVar[str] = "f(x) ∝ 1 (improper)"
    proper: ClassVar[bool] = False

    @property
    def support(self) -> tuple[float, float]:
        """The whole line."""
        return -inf, inf

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.zeros_like(x)

    @override
    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        _refuse("distribution function")

    @override
    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        _refuse("quantiles")

    def pymc(self, name: str, dims: str | None = None) -> "TensorVariable":
        """Create ``pymc.Flat`` in the active model."""
        import pymc

        return pymc.Flat(name, dims=dims)

    def normal_moments(self) -> tuple[float, float]:
        """Mean 0 and an infinite standard deviation."""
        return 0.0, inf


def _refuse(what: str) -> NoReturn:
    message = f"Flat() is improper: it has no {what}. Use a proper prior, such as Normal(0, 1)."
    raise ModelError(message)
