"""Every analysis of one cell side by side, and its heterogeneity."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section
from consilience.report.tables import heterogeneity_table

if TYPE_CHECKING:
    from consilience.report.cell import CellAnalysis


@dataclass(frozen=True, slots=True)
class CellPooled(Section["CellAnalysis"]):
    """Every analysis of one cell side by side, and its heterogeneity."""

    name: ClassVar[str] = "pooled"
    title: ClassVar[str] = "The mean effect, both ways"
    folder: ClassVar[str] = "cells"

    @override
    def applies(self, analysis: "CellAnalysis") -> bool:
        """Apply where there is an analysis to show."""
        return bool(analysis.answered.sides)

    @override
    def values(self, analysis: "CellAnalysis") -> dict[str, object]:
        """Give the heterogeneity of the classical analyses; the template has the rest."""
        return {"heterogeneity": heterogeneity_table(analysis.answered.pooled)}
