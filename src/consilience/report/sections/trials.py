"""The trials that the analysis uses."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


COLUMNS = {
    "People": ("diagnosis", "country"),
    "Intervention": ("intervention", "intervention_type"),
    "Comparator": ("comparator", "comparator_type"),
    "Outcome scale": ("scale",),
    "Weeks": ("weeks",),
    "Analysed": ("population",),
}
"""What is shown of a trial where the table has it: headings, and the columns in one cell."""


@dataclass(frozen=True, slots=True)
class Trials(Section["Analysis"]):
    """The trials that the analysis uses."""

    name: ClassVar[str] = "trials"
    title: ClassVar[str] = "The trials"

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give the columns that the table has, and the cells that a conversion filled."""
        table = analysis.review.effects.table
        columns = {
            head: [name for name in names if name in table] for head, names in COLUMNS.items()
        }
        steps = analysis.review.converted.steps
        return {
            "columns": {head: names for head, names in columns.items() if names},
            "filled": set(zip(steps["row"], steps["column"], strict=True)),
        }
