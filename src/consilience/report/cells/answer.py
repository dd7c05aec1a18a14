"""The answer of one cell in plain words."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from scipy.special import ndtri

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.cell import CellAnalysis


@dataclass(frozen=True, slots=True)
class CellAnswer(Section["CellAnalysis"]):
    """The answer of one cell in plain words."""

    name: ClassVar[str] = "answer"
    title: ClassVar[str] = "In short"
    folder: ClassVar[str] = "cells"

    @override
    def applies(self, analysis: "CellAnalysis") -> bool:
        """Apply always: a cell without estimates says so."""
        return True

    @override
    def values(self, analysis: "CellAnalysis") -> dict[str, object]:
        """Give the first model's row and its classical twin's, or the only trial's own interval."""
        one = analysis.answered
        own = one.effects.frame.iloc[0] if one.fits and one.k == 1 else None
        half = float(ndtri((1.0 + analysis.level) / 2.0))
        return {
            "row": analysis.compared.iloc[0] if one.fits else None,
            "twin": analysis.compared.loc[analysis.twin_name] if one.pooled else None,
            "new": analysis.new if one.fits else None,
            "own": None
            if own is None
            else {
                "label": one.labels[0],
                "yi": own["yi"],
                "lower": own["yi"] - half * own["sei"],
                "upper": own["yi"] + half * own["sei"],
            },
        }
