"""What a link is: from the comparator's risk and the effect to the intervention's risk."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from consilience.gaussian import Array

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


def log_chances(b: Array) -> tuple[Array, Array]:
    """Give log p and log(1 − p) at log odds b."""
    rest = -(np.maximum(b, 0.0) + np.log1p(np.exp(-np.abs(b))))
    return b + rest, rest


@dataclass(frozen=True, slots=True)
class Link(ABC):
    """p₁ as a function of b = logit p₂ and of the effect d, intervention minus comparator.

    Attributes
    ----------
    codes : tuple of str
        The measures whose effects it adds.
    shifts : bool
        Whether logit p₁ = b + d.
    """

    codes: ClassVar[tuple[str, ...]]
    shifts: ClassVar[bool] = False

    @abstractmethod
    def chances(self, b: Array, d: Array) -> tuple[Array, Array]:
        """Give log p₁ and log(1 − p₁), −∞ where there is no chance at all."""

    @abstractmethod
    def pymc(self, b: "TensorVariable", d: "TensorVariable") -> "TensorVariable":
        """Give p₁ for PyMC."""

    def edge(self, d: Array) -> Array:
        """Give b at which p₁ reaches 0 or 1, in the shape of d; nan where it never does."""
        return np.full(np.shape(d), np.nan)
