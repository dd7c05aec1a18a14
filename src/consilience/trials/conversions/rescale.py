"""Another unit of the same scale."""

from dataclasses import dataclass
from math import isfinite
from typing import ClassVar, final, override

import pandas as pd

from consilience.errors import DataError, ModelError, Problem
from consilience.trials.conversions.base import Rule
from consilience.trials.conversions.sheet import Mask, Sheet
from consilience.trials.conversions.units import CHANGES, ENDS, SPREADS, VALUES, on_scale, put


@final
@dataclass(frozen=True, slots=True)
class Rescale(Rule):
    """The rows of one scale in another unit: new = factor × old + offset.

    Means, medians, extremes and their intervals take factor and offset; standard deviations,
    standard errors, changes and differences the factor. Hours from minutes, a mean item score from
    a sum, 0 to 100 from a range.

    Parameters
    ----------
    scale : str
        As in the column `scale`.
    factor : float
        Above zero; `ReverseScale` turns a scale round.
    offset : float
        In the new unit.

    Raises
    ------
    ModelError
        If the factor is not above zero, or factor or offset not finite.
    """

    scale: str
    factor: float
    offset: float = 0.0

    title: ClassVar[str] = "Unit"
    needs: ClassVar[tuple[str, ...]] = ("scale",)
    gives: ClassVar[tuple[str, ...]] = (*VALUES, *SPREADS, *CHANGES, "md")
    equation: ClassVar[str] = "new = factor × old + offset"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 6.5.1.2, doi:10.1002/9781119536604.ch6"

    def __post_init__(self) -> None:
        """Refuse a factor that is none."""
        if not (isfinite(self.factor) and self.factor > 0 and isfinite(self.offset)):
            raise ModelError(
                f"Rescale: factor must be above zero and offset finite, got {self.factor!r} and "
                f"{self.offset!r}. Use ReverseScale to turn a scale round."
            )

    @override
    def apply(self, table: pd.DataFrame, *, lacking: Mask) -> pd.DataFrame:
        """Multiply and shift values; multiply spreads, changes and differences."""
        sheet = Sheet(table)
        rows = rows_of(sheet, self.scale, rule=type(self).__name__)
        places = (*VALUES, *ENDS, *ENDS.values())
        widths = (*SPREADS, *CHANGES, "md", "md_lower", "md_upper")
        moved = {name: self.factor * sheet.numbers(name) + self.offset for name in places}
        moved |= {name: self.factor * sheet.numbers(name) for name in widths}
        return put(table, moved, where=rows)

    @property
    @override
    def label(self) -> str:
        return f"{self.title}: new = {self.factor:g} × old + {self.offset:g}"


def rows_of(sheet: Sheet, scale: str, *, rule: str) -> Mask:
    """Say which rows are on a scale.

    Raises
    ------
    DataError
        If none is.
    """
    rows = on_scale(sheet, scale)
    if not rows.any():
        known = ", ".join(sorted({str(name) for name in sheet.texts("scale")}))
        raise DataError(
            [Problem(f"{rule}: no row has this scale", f"Known: {known}.", "", "scale", scale)]
        )
    return rows
