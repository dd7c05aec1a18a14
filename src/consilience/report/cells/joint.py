"""One cell under the models of many outcomes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.cell import CellAnalysis


@dataclass(frozen=True, slots=True)
class CellJoint(Section["CellAnalysis"]):
    """One cell under the models of many outcomes."""

    name: ClassVar[str] = "joint"
    title: ClassVar[str] = "What the joint models say"
    folder: ClassVar[str] = "cells"

    @override
    def applies(self, analysis: "CellAnalysis") -> bool:
        """Apply where a model over the whole grid was fitted."""
        return len(analysis.joint) > 0

    @override
    def values(self, analysis: "CellAnalysis") -> dict[str, object]:
        """Give the cell's row in each of those models."""
        return {"rows": analysis.joint}
