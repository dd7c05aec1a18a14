"""What a variant of a grid is."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from consilience.effects import Effects


class Variant(ABC):
    """A rule by which a cell is analysed without some of its trials.

    Attributes
    ----------
    title : str
        What it does, in words.
    """

    __slots__ = ()

    title: ClassVar[str]

    @abstractmethod
    def keeps(self, effects: Effects) -> NDArray[np.bool_]:
        """Say which estimates of a cell stay, (k,).

        Parameters
        ----------
        effects : Effects
            Of the cell.

        Raises
        ------
        ModelError
            For a column or a name that no trial has.
        """
