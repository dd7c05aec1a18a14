"""A Hedges' g as the source prints it."""

from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.hedges import SOURCE, with_variance
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class PrintedG(Ready):
    """Hedges' g, already corrected for its bias, intervention minus comparator.

    A row whose printed g and means point opposite ways is left as it is: look which one is wrong.
    """

    title: ClassVar[str] = "Printed g"
    needs: ClassVar[tuple[str, ...]] = ("g", "n1", "n2")
    equation: ClassVar[str] = "y = g, v = 1/n1 + 1/n2 + g² / (2 (n1 + n2))"
    source: ClassVar[str] = SOURCE
    measure: ClassVar[str] = "SMD"

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        g, n1, n2 = sheet.columns(*self.needs)
        return with_variance(sheet.agreeing(g), n1, n2)
