"""Which trial, or which pair of trials, the conclusion hangs on."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Influences(Section["Analysis"]):
    """Which trial, or which pair of trials, the conclusion hangs on."""

    name: ClassVar[str] = "influence"
    title: ClassVar[str] = "Which trials the conclusion hangs on"

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give the influence of every trial, and the pairs without which the conclusion turns."""
        found = analysis.leaning.influence
        return {"found": found, "turning": found.pairs[found.pairs["turns"]]}
