"""What these analyses cannot say."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

import numpy as np
import pandas as pd

from consilience.report.checked import checked
from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.gridded import GridAnalysis


FEW = 5
"""With fewer trials the between-trial SD rests on its prior."""


@dataclass(frozen=True, slots=True)
class Limits(Section["GridAnalysis"]):
    """What these analyses cannot say."""

    name: ClassVar[str] = "limits"
    title: ClassVar[str] = "Limits of these analyses"
    folder: ClassVar[str] = "matrix"

    @override
    def values(self, analysis: "GridAnalysis") -> dict[str, object]:
        """Give what is converted, lost or doubted, and how many answers rest on few trials."""
        ledger = analysis.review.ledger
        used = ledger[ledger["status"] == "used"]
        doubted = used[used["doubt"] != ""] if "doubt" in used else used.head(0)
        known = analysis.table[analysis.table["estimate"].notna()]
        return {
            "converted": int((used["converted"] != "").sum()),
            "used": len(used),
            "checked": checked(analysis.review),
            "lost": analysis.review.lost.to_dict("records"),
            "doubts": doubted.groupby(["label", "doubt"], sort=False).size().reset_index(),
            "single": int((known["k"] == 1).sum()),
            "few": int((known["k"] < FEW).sum()),
            "limit": FEW,
            "kinds": _kinds(analysis.review.estimates),
            "weeks": _weeks(analysis.review.estimates),
            "questions": len(known),
            "expected": round((1.0 - analysis.level) * len(known), 1),
        }


def _kinds(table: pd.DataFrame) -> list[str]:
    """Count the kinds of intervention and of comparator, where the table tells several."""
    found = []
    for column, what in (("intervention_type", "intervention"), ("comparator_type", "comparator")):
        n = table[column].replace("", np.nan).nunique() if column in table else 0
        if n > 1:
            found.append(f"{n} kinds of {what}")
    return found


def _weeks(table: pd.DataFrame) -> list[str]:
    """Say from when to when each time was measured, where that differs."""
    if "weeks" not in table:
        return []
    spans = table.assign(weeks=pd.to_numeric(table["weeks"], errors="coerce")).dropna(
        subset="weeks"
    )
    ends = spans.groupby("timepoint", sort=False)["weeks"].agg(["min", "max"])
    return [
        f"{time}: {low:g} to {high:g} weeks" for time, low, high in ends.itertuples() if low < high
    ]
