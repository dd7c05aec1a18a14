"""A scale that some source scored the other way round."""

from dataclasses import dataclass
from math import isfinite
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.errors import ModelError
from consilience.trials.conversions.base import Rule
from consilience.trials.conversions.rescale import rows_of
from consilience.trials.conversions.sheet import Mask, Sheet, written
from consilience.trials.conversions.units import CHANGES, ENDS, VALUES, put, turned
from consilience.trials.directions import COLUMN, SIGNS


@final
@dataclass(frozen=True, slots=True)
class ReverseScale(Rule):
    """The rows of one scale with high and low exchanged: new = least + greatest − old.

    Differences change their sign, intervals keep their order, spreads stay, and `higher_is_better`
    turns with the scale, so that a turned effect stays what it was.

    Parameters
    ----------
    scale : str
        As in the column `scale`.
    least, greatest : float
        Ends of the scale.

    Raises
    ------
    ModelError
        If least does not lie below greatest.
    """

    scale: str
    least: float
    greatest: float

    title: ClassVar[str] = "Direction of the scale"
    needs: ClassVar[tuple[str, ...]] = ("scale",)
    gives: ClassVar[tuple[str, ...]] = (*VALUES, *CHANGES, "md", "d", "g", "t_stat", COLUMN)
    equation: ClassVar[str] = "new = least + greatest − old"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 10.5.3, doi:10.1002/9781119536604.ch10"

    def __post_init__(self) -> None:
        """Refuse ends that are none."""
        if not (isfinite(self.least) and isfinite(self.greatest) and self.least < self.greatest):
            raise ModelError(
                f"ReverseScale: least must lie below greatest, got {self.least!r} and "
                f"{self.greatest!r}. Give the ends of the scale."
            )

    @override
    def apply(self, table: pd.DataFrame, *, lacking: Mask) -> pd.DataFrame:
        """Turn values about the middle of the scale; ends change places, changes their sign."""
        sheet = Sheet(table)
        rows = rows_of(sheet, self.scale, rule=type(self).__name__)
        total = self.least + self.greatest
        cells = {name: total - sheet.numbers(name) for name in VALUES}
        for low, high in ENDS.items():
            cells |= {low: total - sheet.numbers(high), high: total - sheet.numbers(low)}
        cells |= {name: -sheet.numbers(name) for name in CHANGES} | turned(sheet)
        return _turn_direction(put(table, cells, where=rows), rows)


def _turn_direction(table: pd.DataFrame, rows: Mask) -> pd.DataFrame:
    signs = np.array([SIGNS.get(str(word).lower(), 0.0) for word in Sheet(table).texts(COLUMN)])
    if COLUMN not in table:
        return table
    table = written(table, {COLUMN: "no"}, where=rows & (signs > 0))
    return written(table, {COLUMN: "yes"}, where=rows & (signs < 0))
