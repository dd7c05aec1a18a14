"""The matrix: one cell for each analysis, open to its page."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, override

import pandas as pd

from consilience.report.scales import Scale
from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.gridded import GridAnalysis


@dataclass(frozen=True, slots=True)
class Matrix(Section["GridAnalysis"]):
    """The matrix: one cell for each analysis, open to its page."""

    name: ClassVar[str] = "matrix"
    title: ClassVar[str] = "Every outcome, time and population"
    folder: ClassVar[str] = "matrix"

    @override
    def values(self, analysis: "GridAnalysis") -> dict[str, object]:
        """Give the cells in the order of outcomes, times and populations, each with its tint."""
        cells = analysis.review.cells
        by_key = {one.answered.cell.key: one for one in analysis.cells}
        rows = analysis.table.to_dict("records")
        answers = {one.slug: row for one, row in zip(analysis.cells, rows, strict=True)}
        columns = [
            (time.name, population.name)
            for time in cells.times
            for population in cells.populations
            if any((x.name, time.name, population.name) in by_key for x in cells.outcomes)
        ]
        left: dict[str, list[str]] = {}
        for cell in cells.cells:
            if not cell.analysed:
                left.setdefault(cell.reason, []).append(cell.name)
        return {
            "columns": columns,
            "times": {time: sum(t == time for t, _ in columns) for time, _ in columns},
            "outcomes": cells.outcomes,
            "by_key": by_key,
            "answers": answers,
            "tints": tints(analysis.table, answers),
            "deeper": deeper(analysis.table),
            "measured": "; ".join(one.measure.label for one in analysis.scales.values()),
            "labels": {x.name: _label(analysis, x.measure) for x in cells.outcomes},
            "nulls": {x.name: _scale(analysis, x.measure).null for x in cells.outcomes},
            "mixed": [one for one in cells.populations if len(one.read) > 1],
            "left": left,
            "sure": (1.0 + analysis.level) / 2.0,
        }


def tints(table: pd.DataFrame, answers: Mapping[str, Mapping[Hashable, Any]]) -> dict[str, str]:
    """Give the colour of each cell, as the figure has it."""
    from consilience.plots.tints import tint_of

    tint = tint_of(table)
    return {slug: tint.colour(row) for slug, row in answers.items()}


def deeper(table: pd.DataFrame) -> str:
    """Say what makes a colour deeper."""
    from consilience.plots.tints import tint_of

    return tint_of(table).deeper


def _scale(analysis: "GridAnalysis", code: str) -> Scale:
    return analysis.scales[code] if code else analysis.scale()


def _label(analysis: "GridAnalysis", code: str) -> str:
    return _scale(analysis, code).measure.label
