"""What these analyses cannot say."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

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
        silent = ledger["reason"].str.contains("^Not printed|no conversion makes an effect")
        waiting = ledger["reason"].str.contains("needs a conversion")
        doubted = used[used["doubt"] != ""] if "doubt" in used else used.head(0)
        known = analysis.table[analysis.table["estimate"].notna()]
        return {
            "converted": int((used["converted"] != "").sum()),
            "used": len(used),
            "lost": ledger[silent | waiting].to_dict("records"),
            "doubts": doubted.groupby(["label", "doubt"], sort=False).size().reset_index(),
            "single": int((known["k"] == 1).sum()),
            "few": int((known["k"] < FEW).sum()),
            "limit": FEW,
            "questions": len(known),
            "expected": round((1.0 - analysis.level) * len(known), 1),
        }
