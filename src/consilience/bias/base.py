"""What a bias is: what stands between the true effects and the estimates."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from consilience.effects import Effects
from consilience.gaussian import Block

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


class Bias(ABC):
    """A systematic shift of the estimates away from the true effects."""

    @abstractmethod
    def shift(self, effects: Effects) -> tuple[Block, ...]:
        """Give the columns by which the bias shifts the estimates; empty for none."""

    @abstractmethod
    def pymc(self, location: "TensorVariable") -> "TensorVariable":
        """Shift the expectation of the estimates in the PyMC model in context."""
