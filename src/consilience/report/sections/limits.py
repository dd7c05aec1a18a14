"""What this analysis cannot say."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

import pandas as pd

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Limits(Section["Analysis"]):
    """What this analysis cannot say."""

    name: ClassVar[str] = "limits"
    title: ClassVar[str] = "Limits of this analysis"

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give what is converted, waiting, lost or doubted, and levels of a single trial."""
        ledger = analysis.review.ledger
        used = ledger[ledger["status"] == "used"]
        waiting = ledger[ledger["reason"].str.contains("needs a conversion")]
        silent = ledger["reason"].str.contains("^Not printed|no conversion makes an effect")
        lost = dict.fromkeys(ledger.loc[silent, "label"])
        groups = analysis.review.plan.subgroups
        return {
            "waiting": waiting,
            "converted": list(used.loc[used["converted"] != "", "label"]),
            "lost": [label for label in lost if label not in set(used["label"])],
            "trials_waiting": list(dict.fromkeys(waiting["label"])),
            "doubts": _doubts(used),
            "populations": _counts(used["population"]) if "population" in used else {},
            "single": {by: _single(analysis.review.effects.table[by]) for by in groups},
        }


def _doubts(used: pd.DataFrame) -> pd.DataFrame:
    """Give the doubts about rows that are used, by the label of their estimate."""
    doubted = used[used["doubt"] != ""] if "doubt" in used else used.head(0)
    return doubted.set_index("label")


def _counts(column: pd.Series) -> dict[str, int]:
    return {str(name) or "not stated": int(n) for name, n in column.value_counts().items()}


def _single(column: pd.Series) -> list[str]:
    counts = column.astype(str).value_counts(sort=False)
    return sorted(counts.index[counts == 1], key=str.lower)
