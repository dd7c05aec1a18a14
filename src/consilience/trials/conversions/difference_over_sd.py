"""A printed mean difference with the arms' standard deviations, as a standardised difference."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.hedges import SOURCE, corrected
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class DifferenceOverSD(Ready):
    r"""Hedges' g from the difference and the arms' SDs, where the means are not printed.

    :math:`d = md / s` with the pooled standard deviation s. A difference adjusted for baseline is
    known better than the variance says, which treats it as one of raw means.
    """

    title: ClassVar[str] = "Difference and SDs to SMD"
    needs: ClassVar[tuple[str, ...]] = ("md", "n1", "sd1", "n2", "sd2")
    equation: ClassVar[str] = "g = J md / sd_pooled"
    source: ClassVar[str] = SOURCE
    measure: ClassVar[str] = "SMD"

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        md, n1, sd1, n2, sd2 = sheet.columns(*self.needs)
        pooled = np.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2))
        return corrected(md / pooled, n1, n2)
