"""What a variant of a grid is."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pandas as pd
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

    def unknown(self, table: pd.DataFrame) -> Iterator[tuple[str, str, tuple[str, ...]]]:  # noqa: ARG002 - for rules that name something
        """Give what it names that a table of trials does not have: what, its name, what is known.

        Parameters
        ----------
        table : DataFrame
            The trials with all that is stated of them.
        """
        yield from ()
