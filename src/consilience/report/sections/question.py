"""What the review asks, on what scale it answers, and which effects matter."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.measures import get
from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Question(Section["Analysis"]):
    """What the review asks, on what scale it answers, and which effects matter."""

    name: ClassVar[str] = "question"
    title: ClassVar[str] = "The question"

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give the measures with their outcomes, and that of the effects that matter."""
        review = analysis.review
        outcomes: dict[str, list[str]] = {}
        for one in review.grid.outcomes:
            outcomes.setdefault(one.measure, []).append(one.name)
        told = [
            f"{get(code).label}: {', '.join(names)}" for code, names in outcomes.items() if code
        ]
        own = review.effects.measure
        return {
            "measures": "; ".join(told) or own.label,
            "several": bool(told),
            "own": own.code,
            "of": own.label,
        }
