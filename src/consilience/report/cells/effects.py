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
        return bool(analysis.answered.fits) and bool(analysis.answered.pooled)

    @override
    def values(self, analysis: "CellAnalysis") -> dict[str, object]:
        one = analysis.answered
        effects = one.effects
        rows = analysis.rows
        shown = effects.table.reset_index().set_index("estimate")
        return {
            "table": effect_rows(effects, analysis.twin, one.fit.summary(analysis.level)),
            "trials": shown,
            "converted": set(rows.loc[rows["converted"] != "", "label"]),
            "shared": effects.shared.words(effects.k),
        }
