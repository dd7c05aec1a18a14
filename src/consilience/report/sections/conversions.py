"""What was converted, by which rule, and what had to be assumed."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

import pandas as pd

from consilience.report.sections.base import Section
from consilience.review.conversions import SPREAD, rules_of

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis
    from consilience.review import Review

_LONG = re.compile(r"-?[0-9]+\.[0-9]{5,}")


@dataclass(frozen=True, slots=True)
class Conversions(Section["Analysis"]):
    """What was converted, by which rule, and what had to be assumed."""

    name: ClassVar[str] = "conversions"
    title: ClassVar[str] = "What was converted, and how"

    @override
    def applies(self, analysis: "Analysis") -> bool:
        """Apply where the review declares conversions."""
        return bool(analysis.review.conversions)

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give their rules, the converted rows, and the steps by row of the trial table."""
        review = analysis.review
        used = review.ledger[review.ledger["status"] == "used"]
        rows = used[used["converted"] != ""]
        return {
            "rules": _rules(review),
            "rows": rows.set_index("label"),
            "steps": {int(row): steps_of(review, int(row)) for row in rows["row"]},
            "spread": SPREAD,
        }


def _rules(review: "Review") -> list[dict[str, str]]:
    """Give each rule used, with its equation, assumption, source, and the reviewer's reason."""
    rules = zip(review.conversions, rules_of(review.conversions), strict=True)
    return [
        {
            "title": rule.title,
            "equation": rule.equation,
            "assumed": rule.label.partition("; assumed ")[2],
            "reason": one.reason,
            "source": rule.source,
        }
        for one, rule in rules
    ]


def steps_of(review: "Review", row: int) -> pd.DataFrame:
    """Tabulate what became of the cells of a row.

    Parameters
    ----------
    review : Review
    row : int
        Of trials.csv, from 1.
    """
    steps = review.converted.steps
    here = steps[(steps["row"] == row) & (steps["column"] != "measure")]
    return here.assign(
        rule=[rule.partition(":")[0] for rule in here["rule"]],
        now=[_shortened(cell) for cell in here["now"]],
        given=[_shortened(cell) for cell in here["given"]],
    )


def _shortened(text: str) -> str:
    """Show long numbers with five digits; tables/conversions.csv keeps them whole."""
    return _LONG.sub(lambda found: f"{float(found[0]):.5g}", text)
