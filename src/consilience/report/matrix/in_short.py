"""The answers in plain words."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, override

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
        """Give cells of several trials by whether they favour either side, those of one, of none.

        Of those that favour a side, whether they do so in every variant of the grid.
        """
        first = analysis.review.cells.populations[0].name
        table = analysis.table.assign(slug=[cell.slug for cell in analysis.cells])
        known = table[table["estimate"].notna()]
        shown = known[known["population"] == first]
        several = shown[shown["k"] > 1]
        sure = several["p_gt_0"] > (1.0 + analysis.level) / 2.0
        worse = several["p_gt_0"] < (1.0 - analysis.level) / 2.0
        lost = table[(table["population"] == first) & (table["k"] == 0)]
        settled = [(row, 1.0) for row in several[sure].to_dict("records")]
        settled += [(row, -1.0) for row in several[worse].to_dict("records")]
        held = [(row, _changed(analysis, row["slug"], side)) for row, side in settled]
        return {
            "population": first,
            "cells": len(table),
            "filled": len(known),
            "single": int((known["k"] == 1).sum()),
            "lost": lost.to_dict("records"),
            "firm": [row for row, changed in held if not changed],
            "fragile": [(row, changed) for row, changed in held if changed],
            "better": several[sure].to_dict("records"),
            "worse": several[worse].to_dict("records"),
            "open": several[~sure & ~worse].to_dict("records"),
            "alone": shown[shown["k"] == 1].to_dict("records"),
        }


def _changed(analysis: "GridAnalysis", slug: str, side: float) -> list[dict[Hashable, Any]]:
    """Give the variants in which a cell no longer favours a side (1 or −1) as it did."""
    cell = next(one for one in analysis.cells if one.slug == slug)
    if not len(cell.variants):
        return []
    rows = cell.variants[cell.variants["left_out"].astype(bool)]
    sure = side * (rows["p_gt_0"] - 0.5) > analysis.level / 2.0
    return rows[~sure].rename_axis("name").reset_index().to_dict("records")
