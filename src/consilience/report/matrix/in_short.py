"""The answers in plain words."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.gridded import GridAnalysis


@dataclass(frozen=True, slots=True)
class InShort(Section["GridAnalysis"]):
    """The answers in plain words."""

    name: ClassVar[str] = "in_short"
    title: ClassVar[str] = "In short"
    folder: ClassVar[str] = "matrix"

    @override
    def values(self, analysis: "GridAnalysis") -> dict[str, object]:
        """Give cells of several trials by whether they favour either side, and those of one."""
        first = analysis.review.cells.populations[0].name
        table = analysis.table.assign(slug=[cell.slug for cell in analysis.cells])
        known = table[table["estimate"].notna()]
        several = known[(known["population"] == first) & (known["k"] > 1)]
        sure = several["p_gt_0"] > (1.0 + analysis.level) / 2.0
        worse = several["p_gt_0"] < (1.0 - analysis.level) / 2.0
        return {
            "population": first,
            "cells": len(table),
            "filled": len(known),
            "single": int((known["k"] == 1).sum()),
            "empty": int((table["k"] == 0).sum()),
            "better": several[sure].to_dict("records"),
            "worse": several[worse].to_dict("records"),
            "open": several[~sure & ~worse].to_dict("records"),
            "alone": known[(known["population"] == first) & (known["k"] == 1)].to_dict("records"),
        }
