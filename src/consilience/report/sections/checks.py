"""Replicated data against the observed, and each trial against the others."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Checks(Section["Analysis"]):
    """Replicated data against the observed, and each trial against the others."""

    name: ClassVar[str] = "checks"
    title: ClassVar[str] = "Does the model foresee the trials?"

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give nothing: the template finds all in the analysis."""
        return {}
