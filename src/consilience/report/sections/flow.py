"""How the studies were found: the PRISMA 2020 flow."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.flow import TEXTS, in_words, losses
from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Flow(Section["Analysis"]):
    """How the studies were found: the PRISMA 2020 flow."""

    name: ClassVar[str] = "flow"
    title: ClassVar[str] = "How the studies were found"

    @override
    def applies(self, analysis: "Analysis") -> bool:
        """Apply where the review tells its flow."""
        return len(analysis.review.flow) > 0

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give the boxes that are stated, the losses between them, and all of it in words."""
        flow = analysis.review.flow
        texts = flow["text"].where(flow["text"] != "", flow["data"].map(TEXTS))
        said = flow["n"].notna() | (flow["part"] != "")
        return {
            "boxes": flow.assign(text=texts)[said],
            "losses": losses(flow),
            "alt": in_words(flow),
        }
