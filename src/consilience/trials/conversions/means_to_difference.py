"""Two printed means become their difference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Filling
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class MeansToDifference(Filling):
    """The mean difference, intervention minus comparator, where only the means are printed."""

    title: ClassVar[str] = "Means to difference"
    needs: ClassVar[tuple[str, ...]] = ("mean1", "mean2")
    gives: ClassVar[tuple[str, ...]] = ("md",)
    equation: ClassVar[str] = "md = mean1 − mean2"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 6.5.1.1, doi:10.1002/9781119536604.ch6"

    @override
    def values(self, sheet: Sheet) -> Sequence[Mapping[str, Floats]]:
        mean1, mean2 = sheet.columns("mean1", "mean2")
        return [{"md": mean1 - mean2}]

    @override
    def origins(self, column: str) -> tuple[str, ...]:
        """Return both means."""
        del column
        return self.needs
