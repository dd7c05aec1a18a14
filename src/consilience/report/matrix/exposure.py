"""The effect over how much of the intervention people received."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.gridded import GridAnalysis


@dataclass(frozen=True, slots=True)
class Exposure(Section["GridAnalysis"]):
    """The effect over how much of the intervention people received."""

    name: ClassVar[str] = "exposure"
    title: ClassVar[str] = "Does the effect depend on the exposure?"
    folder: ClassVar[str] = "matrix"

    @override
    def applies(self, analysis: "GridAnalysis") -> bool:
        return bool(analysis.exposed.cell)

    @override
    def values(self, analysis: "GridAnalysis") -> dict[str, object]:
        found = analysis.exposed
        comparison = found.comparison
        return {
            "found": found,
            "reason": analysis.review.grid.exposure.reason,
            "table": None if comparison is None else comparison.table(analysis.level),
            "words": () if comparison is None else comparison.words(analysis.level),
        }
