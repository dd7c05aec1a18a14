"""What the review asks, on what scale it answers, and which effects matter."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Question(Section["Analysis"]):
    """What the review asks, on what scale it answers, and which effects matter."""

    name: ClassVar[str] = "question"
    title: ClassVar[str] = "The question"

    @override
    def applies(self, analysis: "Analysis") -> bool:
        """Apply always."""
        return True

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give nothing: the template finds all in the analysis."""
        return {}
