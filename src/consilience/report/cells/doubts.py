"""What is unclear in the sources of one cell."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, override

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
        """Apply where the table, or a check of it, doubts a row of the cell."""
        return bool(self._told(analysis)) or len(analysis.checked) > 0

    @override
    def values(self, analysis: "CellAnalysis") -> dict[str, object]:
        """Give the doubted rows, and what the checks find."""
        return {"rows": self._told(analysis), "checked": analysis.checked}

    @staticmethod
    def _told(analysis: "CellAnalysis") -> list[dict[Hashable, Any]]:
        rows = analysis.rows
        return rows[rows["doubt"] != ""].to_dict("records") if "doubt" in rows else []
