"""Without trials of which a column says something."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.review.variants.base import Variant

_NOTHING = "not stated"


@final
@dataclass(frozen=True, slots=True)
class WithoutLevels(Variant):
    """Leave out the trials at some levels of a column, such as those at high risk of bias.

    Parameters
    ----------
    column : str
        Of `trials.csv` or `risk_of_bias.csv`.
    levels : tuple of str
        What stands there for the trials that go, in capitals or not; "not stated" also stands for
        an empty cell.

    Raises
    ------
    ModelError
        If no column or no level is named.
    """

    column: str
    levels: tuple[str, ...]

    title: ClassVar[str] = "Without trials of which a column says something"

    def __post_init__(self) -> None:
        """Refuse what names nothing; take one level or several."""
        names = (self.levels,) if isinstance(self.levels, str) else tuple(self.levels)
        if not isinstance(self.column, str) or not self.column:
            raise ModelError(f"WithoutLevels: column must name a column, got {self.column!r}.")
        if not names or not all(isinstance(name, str) and name for name in names):
            raise ModelError(f"WithoutLevels: levels must name one or more, got {self.levels!r}.")
        object.__setattr__(self, "levels", names)

    @override
    def keeps(self, effects: Effects) -> NDArray[np.bool_]:
        """See `Variant.keeps`: those of which the column says none of the levels."""
        if self.column not in effects.table:
            known = ", ".join(map(str, effects.table.columns))
            message = f"WithoutLevels: the trials have no column {self.column!r}. Columns: {known}."
            raise ModelError(message)
        gone = {level.casefold() for level in self.levels}
        return ~_said(effects.table[self.column]).str.casefold().isin(gone).to_numpy(dtype=bool)

    @override
    def unknown(self, table: pd.DataFrame) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """See `Variant.unknown`: the column, or levels that it never holds."""
        if self.column not in table:
            yield f"the trials have no column {self.column!r}", self.column, tuple(table.columns)
            return
        known = tuple(dict.fromkeys((*_said(table[self.column]), _NOTHING)))
        said = {level.casefold() for level in known}
        for level in self.levels:
            if level.casefold() not in said:
                yield f"the column {self.column!r} never says this", level, known


def _said(column: pd.Series) -> pd.Series:
    return column.fillna(_NOTHING).astype(str).replace("", _NOTHING)
