"""The answer as the doubtful trials count for less and less."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section
from consilience.review import NO_DIAL

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Dialled(Section["Analysis"]):
    """The answer as the doubtful trials count for less and less."""

    name: ClassVar[str] = "bias_dial"
    title: ClassVar[str] = "If you trust some trials less"

    @override
    def applies(self, analysis: "Analysis") -> bool:
        """Apply where the review declares a dial."""
        return analysis.review.plan.bias_dial != NO_DIAL

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give the ends of the dial, and the answer under an estimated bias."""
        table = analysis.dial.table
        asked = analysis.review.plan.bias_dial
        weighed = table[table["weight"].notna()] if len(table) else table
        return {
            "asked": asked,
            "doubtful": table.attrs.get("doubtful", []),
            "bias": {name: table.attrs[name] for name in _BIAS} if _BIAS[0] in table.attrs else {},
            "ends": (weighed.iloc[0], weighed.iloc[-1]) if len(weighed) else (),
            "estimated": table.iloc[-1] if len(table) else {},
        }


_BIAS = ("bias_mean", "bias_lower", "bias_upper")
