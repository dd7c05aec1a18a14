"""What a link between tau² and its moderators is."""

from abc import ABC, abstractmethod
from typing import ClassVar

from consilience.classical.wls import Floats


class Link(ABC):
    """A function that gives each trial's tau² from its linear predictor.

    To add one: a file with a final subclass, and a line in the folder's registry.
    """

    code: ClassVar[str]
    """Its name in the registry."""
    label: ClassVar[str]
    """Its name in tables."""
    bounded: ClassVar[bool]
    """Whether the predictor must not fall below zero."""

    @abstractmethod
    def tau2(self, eta: Floats) -> Floats:
        """Give tau², shape (k,)."""

    @abstractmethod
    def slopes(self, eta: Floats) -> tuple[Floats, Floats]:
        """Give its first and second derivative by the predictor, each shape (k,)."""

    @abstractmethod
    def predictor(self, tau2: float) -> float:
        """Give the predictor of a tau² above zero."""
