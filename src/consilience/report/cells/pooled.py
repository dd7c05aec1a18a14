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
        return bool(analysis.answered.sides)

    @override
    def values(self, analysis: "CellAnalysis") -> dict[str, object]:
        return {"heterogeneity": heterogeneity_table(analysis.answered.pooled)}
