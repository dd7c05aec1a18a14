"""The effect of each trial of one cell, as reported and as the model sees it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section
from consilience.report.tables import effect_rows

if TYPE_CHECKING:
    from consilience.report.cell import CellAnalysis


@dataclass(frozen=True, slots=True)
class CellEffects(Section["CellAnalysis"]):
    """The effect of each trial of one cell, as reported and as the model sees it."""

    name: ClassVar[str] = "effects"
    title: ClassVar[str] = "Effects of the trials"
    folder: ClassVar[str] = "cells"

    @override
    def applies(self, analysis: "CellAnalysis") -> bool:
        """Apply where the cell was fitted and pooled."""
        return bool(analysis.answered.fits) and bool(analysis.answered.pooled)

    @override
    def values(self, analysis: "CellAnalysis") -> dict[str, object]:
        """Give each trial as reported and as shrunken, what was converted, and who is shared."""
        one = analysis.answered
        effects = one.effects
        rows = analysis.rows
        shown = effects.table.reset_index().set_index("estimate")
        return {
            "table": effect_rows(effects, analysis.twin, one.summary),
            "trials": shown,
            "converted": set(rows.loc[rows["converted"] != "", "label"]),
            "shared": effects.shared.words(effects.k),
        }
