"""Rows whose source has the comparator where the intervention belongs."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import pandas as pd

from consilience.trials.conversions.base import Rule
from consilience.trials.conversions.sheet import Mask, Sheet
from consilience.trials.conversions.units import arm_columns, turned, written_anew


@final
@dataclass(frozen=True, slots=True)
class SwapArms(Rule):
    """The numbers of both arms exchanged and every difference turned; labels stay.

    Parameters
    ----------
    rows : tuple of str
        Estimates, trials or studies.
    """

    rows: tuple[str, ...]

    title: ClassVar[str] = "Arms exchanged"
    needs: ClassVar[tuple[str, ...]] = ()
    gives: ClassVar[tuple[str, ...]] = (*arm_columns("1"), *arm_columns("2"), "md", "d", "g")
    equation: ClassVar[str] = "arm 1 ↔ arm 2, differences change their sign"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 10.5.3, doi:10.1002/9781119536604.ch10"

    @override
    def apply(self, table: pd.DataFrame, *, lacking: Mask) -> pd.DataFrame:
        """Exchange the arms' cells, and turn contrasts round."""
        sheet = Sheet(table)
        chosen = sheet.named(self.rows, rule=type(self).__name__)
        cells = turned(sheet)
        for first, second in zip(arm_columns("1"), arm_columns("2"), strict=True):
            cells |= {first: sheet.numbers(second), second: sheet.numbers(first)}
        return written_anew(table, cells, where=chosen)
