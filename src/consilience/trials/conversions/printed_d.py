"""A Cohen's d as the source prints it."""

from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.hedges import SOURCE, corrected
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class PrintedD(Ready):
    """Hedges' g from Cohen's d, intervention minus comparator, in units of the pooled SD.

    A row whose printed d and means point opposite ways is left as it is: look which one is wrong.
    """

    title: ClassVar[str] = "Printed d"
    needs: ClassVar[tuple[str, ...]] = ("d", "n1", "n2")
    equation: ClassVar[str] = "y = g = J d, v = 1/n1 + 1/n2 + g² / (2 (n1 + n2))"
    source: ClassVar[str] = SOURCE
    measure: ClassVar[str] = "SMD"

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        d, n1, n2 = sheet.columns(*self.needs)
        return corrected(sheet.agreeing(d), n1, n2)
