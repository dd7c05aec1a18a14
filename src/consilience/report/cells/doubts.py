"""What is unclear in the sources of one cell."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.cell import CellAnalysis


@dataclass(frozen=True, slots=True)
class CellDoubts(Section["CellAnalysis"]):
    """What is unclear in the sources of one cell."""

    name: ClassVar[str] = "doubts"
    title: ClassVar[str] = "Doubts about these trials"
    folder: ClassVar[str] = "cells"

    @override
    def applies(self, analysis: "CellAnalysis") -> bool:
        """Apply where the table doubts a row of the cell."""
        return "doubt" in analysis.rows and bool((analysis.rows["doubt"] != "").any())

    @override
    def values(self, analysis: "CellAnalysis") -> dict[str, object]:
        """Give the doubted rows."""
        rows = analysis.rows
        return {"rows": rows[rows["doubt"] != ""].to_dict("records")}
