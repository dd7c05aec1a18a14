"""What a random-effects component is."""

from abc import ABC, abstractmethod
from typing import ClassVar

from consilience.classical.multilevel.term import Term
from consilience.effects import Effects


class Component(ABC):
    """A part of the scatter of true effects.

    To add one: a file with a final subclass, and a line in the folder's registry.
    """

    code: ClassVar[str]
    """Its name in the registry."""

    @abstractmethod
    def lay(self, effects: Effects) -> tuple[Term, ...]:
        """Lay it on the estimates.

        Raises
        ------
        ModelError
            For an unknown column, and where these estimates cannot tell its parameters.
        DataError
            For missing labels, listing the studies.
        """
