"""The grid again with other trials."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section
from consilience.review.variants import REGISTRY

if TYPE_CHECKING:
    from consilience.report.gridded import GridAnalysis


@dataclass(frozen=True, slots=True)
class Variants(Section["GridAnalysis"]):
    """The grid again with other trials."""

    name: ClassVar[str] = "variants"
    title: ClassVar[str] = "With and without some trials"
    folder: ClassVar[str] = "matrix"

    @override
    def applies(self, analysis: "GridAnalysis") -> bool:
        """Apply where the review declares variants."""
        return bool(analysis.grid.variants)

    @override
    def values(self, analysis: "GridAnalysis") -> dict[str, object]:
        """Give the answers of cells of several trials in each variant, and whom it leaves out."""
        names = analysis.grid.variants
        shown = [
            (cell, analysis.table.iloc[place].to_dict())
            for place, cell in enumerate(analysis.cells)
            if cell.answered.k > 1
        ]
        gone = {
            cell.slug: {name: cell.variants["left_out"][name] for name in names}
            for cell, _ in shown
        }
        return {
            "variants": analysis.review.grid.variants,
            "shown": shown,
            "gone": gone,
            "rules": {one.name: REGISTRY[one.kind].title for one in analysis.review.grid.variants},
        }
