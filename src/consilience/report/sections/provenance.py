"""Files, versions, seed, time."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Origin(Section["Analysis"]):
    """Files, versions, seed, time."""

    name: ClassVar[str] = "provenance"
    title: ClassVar[str] = "Provenance"

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give nothing: the template finds all in the analysis."""
        return {}
