"""The rows of one cell that do not answer for it, and why."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.cell import CellAnalysis


@dataclass(frozen=True, slots=True)
class CellLeftOut(Section["CellAnalysis"]):
    """The rows of one cell that do not answer for it, and why."""

    name: ClassVar[str] = "left_out"
    title: ClassVar[str] = "Rows that belong here and are not used"
    folder: ClassVar[str] = "cells"

    @override
    def applies(self, analysis: "CellAnalysis") -> bool:
        """Apply where a row of the cell is not used."""
        return len(analysis.answered.cell.left) > 0

    @override
    def values(self, analysis: "CellAnalysis") -> dict[str, object]:
        """Give those rows, each with its reason."""
        return {"rows": analysis.answered.cell.left.to_dict("records")}
