"""Who was treated with what, and which outcomes each trial measured."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

import pandas as pd

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.gridded import GridAnalysis


COLUMNS = {
    "People": ("diagnosis", "country"),
    "Intervention": ("intervention", "intervention_type"),
    "Comparator": ("comparator", "comparator_type"),
}
"""What is shown of a trial where the table has it: headings, and the columns in one cell."""


@dataclass(frozen=True, slots=True)
class Trials(Section["GridAnalysis"]):
    """Who was treated with what, and which outcomes each trial measured."""

    name: ClassVar[str] = "trials"
    title: ClassVar[str] = "The trials"
    folder: ClassVar[str] = "matrix"

    @override
    def values(self, analysis: "GridAnalysis") -> dict[str, object]:
        """Give a row for each trial: who took part in what, what was measured, and the sources."""
        table = analysis.review.estimates
        rows = []
        for label, own in table.groupby("label", sort=False):
            first = own.iloc[0]
            rows.append(
                {
                    "label": label,
                    "parts": {head: _texts(first, names) for head, names in COLUMNS.items()},
                    "measured": _measured(own),
                    "sources": list(dict.fromkeys(own["source"])) if "source" in own else [],
                }
            )
        return {"rows": rows, "heads": list(COLUMNS)}


def _texts(row: pd.Series, names: tuple[str, ...]) -> list[str]:
    held = [row[name] for name in names if name in row.index]
    return [str(value) for value in held if isinstance(value, str) and value]


def _measured(own: pd.DataFrame) -> list[str]:
    """Say which outcomes a trial measured, by which scale, when, and in whom."""
    columns = ["outcome", "scale", "timepoint", "population"]
    return [
        f"{outcome} ({scale}): {time}, {population}"
        for outcome, scale, time, population in own[columns].itertuples(index=False)
    ]
