"""The effect of each trial, as printed and as the model sees it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section
from consilience.report.tables import effects_table

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class EffectSizes(Section["Analysis"]):
    """The effect of each trial, as printed and as the model sees it."""

    name: ClassVar[str] = "effects"
    title: ClassVar[str] = "Effects of the trials"

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give each trial as reported and as shrunken, and which were converted."""
        ledger = analysis.review.ledger
        made = (ledger["status"] == "used") & (ledger["converted"] != "")
        return {"table": effects_table(analysis), "converted": set(ledger.loc[made, "label"])}
