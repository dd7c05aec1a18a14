"""What a way of averaging over other moderators is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from consilience.design import Design

type Value = str | float


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """What a marginal mean may be averaged over.

    Parameters
    ----------
    design : Design
        The moderators of the analysis.
    table : DataFrame, k rows
        The trials that were analysed.
    """

    design: Design
    table: pd.DataFrame


class Averaging(ABC):
    """A rule that says over which rows of moderators a mean is taken.

    To add one: a file with a final subclass, and a line in the folder's registry.
    """

    code: ClassVar[str]
    """Its name in the registry."""
    label: ClassVar[str]
    """Its name in tables."""

    @abstractmethod
    def rows(self, grid: Grid, fixed: Mapping[str, Value]) -> pd.DataFrame:
        """Lay rows of moderators, all of equal weight, in which the columns of `fixed` are held.

        Parameters
        ----------
        grid : Grid
        fixed : mapping of str to str or float
            Columns and the value that each is held at.
        """
