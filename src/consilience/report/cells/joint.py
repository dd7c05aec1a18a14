"""One cell under the models over the whole grid."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.cell import CellAnalysis


@dataclass(frozen=True, slots=True)
class CellJoint(Section["CellAnalysis"]):
    """One cell under the models over the whole grid."""

    name: ClassVar[str] = "joint"
    title: ClassVar[str] = "What the joint model says"
    folder: ClassVar[str] = "cells"

    @override
    def applies(self, analysis: "CellAnalysis") -> bool:
        return len(analysis.joint) > 0

    @override
    def values(self, analysis: "CellAnalysis") -> dict[str, object]:
        return {"rows": analysis.joint}
