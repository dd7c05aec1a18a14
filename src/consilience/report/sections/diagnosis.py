"""What each computation reached."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Diagnosed(Section):
    """What each computation reached."""

    name: ClassVar[str] = "diagnosis"
    title: ClassVar[str] = "May the computation be trusted?"

    @override
    def applies(self, analysis: "Analysis") -> bool:
        return True

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        return {"found": [(one, one.fit.diagnosis) for one in analysis.fitted]}
