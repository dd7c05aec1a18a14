"""What each trial, and each level, learns from the others."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Borrowed(Section["Analysis"]):
    """What each trial, and each level, learns from the others."""

    name: ClassVar[str] = "borrowing"
    title: ClassVar[str] = "What each trial borrows from the others"

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give what the trials and levels borrow."""
        return {"found": analysis.leaning.borrowing}
