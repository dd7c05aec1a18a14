"""The answer in plain words: the paragraph that a panel reads."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

import pandas as pd

from consilience.measures.base import participants
from consilience.report.page import records
from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class InShort(Section["Analysis"]):
    """The answer in plain words: the paragraph that a panel reads."""

    name: ClassVar[str] = "in_short"
    title: ClassVar[str] = "In short"

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give how the answer changes without any one trial and under the alternatives."""
        table = analysis.review.effects.table
        left = analysis.robustness.left_out.dropna(subset=["estimate"])
        everything = analysis.robustness.everything
        null = analysis.review.effects.measure.null
        unsure = (everything["lower"] < null) & (everything["upper"] > null)
        return {
            "participants": float(participants(table).sum()),
            "weakest": _extreme(left, highest=False),
            "strongest": _extreme(left, highest=True),
            "refits": len(everything),
            "unsure": int(unsure.sum()),
            "least": everything["p_gt_0"].min(),
            "most": everything["p_gt_0"].max(),
            "judged": analysis.review.assessment.judges and not analysis.review.assessment.empty,
        }


def _extreme(table: pd.DataFrame, *, highest: bool) -> dict[str, object]:
    """Find the trial without which the mean effect is lowest or highest."""
    ordered = table.sort_values("estimate", ascending=not highest)
    return records(ordered.head(1))[0] if len(ordered) else {}
