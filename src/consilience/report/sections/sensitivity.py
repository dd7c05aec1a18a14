"""The primary model with other trials and other priors."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Sensitivity(Section["Analysis"]):
    """The primary model with other trials and other priors."""

    name: ClassVar[str] = "sensitivity"
    title: ClassVar[str] = "How much the answer depends on choices"

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give nothing: the template finds all in the analysis."""
        return {}
