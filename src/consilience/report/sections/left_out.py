"""Every row of the table that is not used, with its reason."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

import pandas as pd

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class LeftOut(Section["Analysis"]):
    """Every row of the table that is not used, with its reason."""

    name: ClassVar[str] = "left_out"
    title: ClassVar[str] = "What was left out, and why"

    @override
    def applies(self, analysis: "Analysis") -> bool:
        """Apply where a row is not used."""
        return bool((analysis.review.ledger["status"] != "used").any())

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give those rows, and how many rows and trials each reason takes, most first."""
        rows = analysis.review.ledger.query("status != 'used'")
        counts = rows.groupby("reason")
        summary = pd.DataFrame({"rows": counts.size(), "trials": counts["trial"].nunique()})
        ordered = summary.sort_values("rows", ascending=False, kind="stable")
        return {"rows": rows.set_index("label"), "counts": ordered}
