"""A checked trial table and the record of what was changed in it."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.trials.assumed import Assumed


@dataclass(frozen=True, slots=True)
class Conversion:
    """One change made on the way from the source's table to the checked one.

    Parameters
    ----------
    study, column : str
        The cell; an empty study means the whole column.
    was, now : str
        The cell (or column name) before and after.
    rule : str
        Why, in words; for a conversion its name, its equation and what it assumed.
    given : str
        The cells from which it was computed.
    source : str
        Where the rule is published.
    """

    study: str
    column: str
    was: str
    now: str
    rule: str
    given: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """A trial table whose cells are what their columns say: numbers, or text.

    Parameters
    ----------
    frame : DataFrame
        One row per estimate. Numbers are floats and labels strings; NaN means not known.
    log : tuple of Conversion
        Every change that was made on it, cell by cell.
    assumed : Assumed
        The cells that rest on a distribution which was assumed; none as read.
    """

    frame: pd.DataFrame
    log: tuple[Conversion, ...] = ()
    assumed: Assumed = field(default_factory=Assumed)

    def keep(self, mask: NDArray[np.bool_]) -> "Trials":
        """Return the trials of the rows where `mask`, of shape (rows,), is true."""
        rows = np.asarray(mask, dtype=bool)
        frame = self.frame.loc[rows].reset_index(drop=True)
        return replace(self, frame=frame, assumed=self.assumed.keep(rows))

    def __repr__(self) -> str:
        """Say how large the table is and how much was changed in it."""
        return f"<Trials: {len(self)} rows, {len(self.log)} changes>"

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.frame)
