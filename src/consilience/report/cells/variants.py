"""One cell with other trials."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.cell import CellAnalysis


@dataclass(frozen=True, slots=True)
class CellVariants(Section["CellAnalysis"]):
    """One cell with other trials."""

    name: ClassVar[str] = "variants"
    title: ClassVar[str] = "With and without some trials"
    folder: ClassVar[str] = "cells"

    @override
    def applies(self, analysis: "CellAnalysis") -> bool:
        """Apply where the review declares variants and the cell has estimates."""
        return len(analysis.variants) > 0 and analysis.answered.k > 0

    @override
    def values(self, analysis: "CellAnalysis") -> dict[str, object]:
        """Give the cell's answer in each variant."""
        return {"rows": analysis.variants}
