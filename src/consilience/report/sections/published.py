"""What other reviews print; it cannot be reproduced here."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


HEADINGS = {"doi": "DOI", "k": "k", "participants": "Participants", "smd": "SMD"} | {
    "lower": "Lower",
    "upper": "Upper",
}
"""Headings of columns that are numbers or codes; the others are called by their names."""


@dataclass(frozen=True, slots=True)
class Published(Section["Analysis"]):
    """What other reviews print; it cannot be reproduced here."""

    name: ClassVar[str] = "published"
    title: ClassVar[str] = "Published reviews beside these figures"

    @override
    def applies(self, analysis: "Analysis") -> bool:
        """Apply where the review quotes other reviews."""
        return len(analysis.review.published) > 0

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give their columns, with headings."""
        columns = [str(name) for name in analysis.review.published.columns]
        return {"columns": columns, "headings": HEADINGS}
