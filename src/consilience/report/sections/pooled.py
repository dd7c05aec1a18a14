"""Every analysis side by side, and why they differ."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section
from consilience.report.tables import heterogeneity_table

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class PooledEffect(Section["Analysis"]):
    """Every analysis side by side, and why they differ."""

    name: ClassVar[str] = "pooled"
    title: ClassVar[str] = "The pooled effect, both ways"

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give the heterogeneity of the classical analyses; the template has the rest."""
        return {"heterogeneity": heterogeneity_table(analysis.pooled)}
