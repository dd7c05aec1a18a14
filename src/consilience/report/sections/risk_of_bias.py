"""What the sources say about randomisation, blinding and dropout."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis

HEADINGS = {"stated_in_the_source": "Stated in the source", "assessors_masked": "Assessors masked"}
"""What columns of risk_of_bias.csv are called on the page."""

_JUDGED = re.compile(r"D[0-9]+|Overall")


@dataclass(frozen=True, slots=True)
class RiskOfBias(Section):
    """What the sources say about randomisation, blinding and dropout."""

    name: ClassVar[str] = "risk_of_bias"
    title: ClassVar[str] = "Risk of bias, as the sources state it"

    @override
    def applies(self, analysis: "Analysis") -> bool:
        return len(analysis.review.risk_of_bias) > 0

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        table = analysis.review.risk_of_bias.drop_duplicates("label").set_index("label")
        shown = [str(name) for name in table if _is_shown(str(name))]
        labels = [label for label in analysis.review.effects.labels if label in table.index]
        rows = table.loc[labels, shown]
        told = rows[(rows != "").any(axis="columns")]
        return {
            "rows": told,
            "headings": {name: HEADINGS.get(name, name.replace("_", " ")) for name in shown},
            "judged": any(_JUDGED.fullmatch(name) for name in shown),
            "silent": [name for name in analysis.review.effects.labels if name not in told.index],
        }


def _is_shown(name: str) -> bool:
    return name.strip().lower() not in {"trial", "study", "study id", "label"}
