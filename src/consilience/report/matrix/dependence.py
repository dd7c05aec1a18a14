"""Which estimates are correlated, by which rule, and why."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section
from consilience.review.shared import shared_by

if TYPE_CHECKING:
    from consilience.report.gridded import GridAnalysis


@dataclass(frozen=True, slots=True)
class Dependence(Section["GridAnalysis"]):
    """Which estimates are correlated, by which rule, and why."""

    name: ClassVar[str] = "dependence"
    title: ClassVar[str] = "Estimates that share participants"
    folder: ClassVar[str] = "matrix"

    @override
    def applies(self, analysis: "GridAnalysis") -> bool:
        """Apply always: that nothing is declared is said, too."""
        return True

    @override
    def values(self, analysis: "GridAnalysis") -> dict[str, object]:
        """Give each declared rule with its reason, and the cells that hold correlated estimates."""
        declared = analysis.review.dependence
        rules = shared_by(declared)
        return {
            "rules": [
                {"title": rule.title, "label": rule.label, "source": rule.source}
                | {"reason": one.reason}
                for one, rule in zip(declared, rules, strict=True)
            ],
            "words": [
                f"{one.measure.label}: {word[0].lower()}{word[1:]}" if analysis.several else word
                for one in analysis.review.measured
                for word in one.shared.words(one.k)
            ],
            "within": [
                cell.title
                for cell in analysis.cells
                if cell.answered.fits and not cell.answered.effects.shared.independent
            ],
        }
