"""Every step by which the effects of one cell were converted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section
from consilience.report.sections.conversions import steps_of

if TYPE_CHECKING:
    from consilience.report.cell import CellAnalysis


@dataclass(frozen=True, slots=True)
class CellConversions(Section["CellAnalysis"]):
    """Every step by which the effects of one cell were converted."""

    name: ClassVar[str] = "conversions"
    title: ClassVar[str] = "What was converted"
    folder: ClassVar[str] = "cells"

    @override
    def applies(self, analysis: "CellAnalysis") -> bool:
        """Apply where an effect of the cell was converted."""
        return bool((analysis.rows["converted"] != "").any())

    @override
    def values(self, analysis: "CellAnalysis") -> dict[str, object]:
        """Give the converted rows, and their steps by row of the trial table."""
        rows = analysis.rows[analysis.rows["converted"] != ""].set_index("label")
        return {
            "rows": rows,
            "steps": {int(row): steps_of(analysis.review, int(row)) for row in rows["row"]},
        }
