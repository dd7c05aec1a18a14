"""Means and standard deviations of two arms as a standardised difference, on the way elsewhere."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.hedges import SOURCE, corrected
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class MeansToSMD(Ready):
    """Hedges' g of the arms, for `SMDToOR` and `SMDToCOR` to start from."""

    title: ClassVar[str] = "Means to SMD"
    needs: ClassVar[tuple[str, ...]] = ("n1", "mean1", "sd1", "n2", "mean2", "sd2")
    equation: ClassVar[str] = "g = J (mean1 − mean2) / sd_pooled"
    source: ClassVar[str] = SOURCE
    measure: ClassVar[str] = "SMD"

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        n1, mean1, sd1, n2, mean2, sd2 = sheet.columns(*self.needs)
        pooled = np.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2))
        return corrected((mean1 - mean2) / pooled, n1, n2)
