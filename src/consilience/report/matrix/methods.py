"""The methods, written from what was done."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.choices import choices
from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.gridded import GridAnalysis


@dataclass(frozen=True, slots=True)
class Methods(Section["GridAnalysis"]):
    """The methods, written from what was done."""

    name: ClassVar[str] = "methods"
    title: ClassVar[str] = "Methods"
    folder: ClassVar[str] = "matrix"

    @override
    def applies(self, analysis: "GridAnalysis") -> bool:
        """Apply always."""
        return True

    @override
    def values(self, analysis: "GridAnalysis") -> dict[str, object]:
        """Give the models and estimators that were used, in any cell."""
        fits = [one for cell in analysis.cells for one in cell.answered.fits.values()]
        pooled = [one for cell in analysis.cells for one in cell.answered.pooled.values()]
        names = [name for cell in analysis.cells for name in cell.answered.pooled]
        first = next((one.answered for one in analysis.cells if one.answered.fits), None)
        return {
            "models": [
                (one, choices(one, analysis.review.effects if first is None else first.effects))
                for one in analysis.declared
            ],
            "estimators": list(dict.fromkeys(names)),
            "inferences": list(dict.fromkeys(one.inference.label for one in pooled)),
            "exact": all(one.posterior.accuracy >= 0 for one in fits),
        }
