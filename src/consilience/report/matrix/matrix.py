"""The matrix: one cell for each analysis, open to its page."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

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
    def applies(self, analysis: "GridAnalysis") -> bool:
        """Apply always."""
        return True

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
            "tints": {slug: tinted(float(row["estimate"])) for slug, row in answers.items()},
            "mixed": [one for one in cells.populations if len(one.read) > 1],
            "left": left,
            "sure": (1.0 + analysis.level) / 2.0,
        }


def tinted(estimate: float) -> str:
    """Give the colour of a cell, as the figure has it."""
    from consilience.plots.outcome_matrix import tint

    return tint(estimate)
