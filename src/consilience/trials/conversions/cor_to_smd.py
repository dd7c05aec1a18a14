"""A correlation becomes a standardised difference."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.sheet import Sheet
from consilience.trials.conversions.smd_to_cor import SOURCE


@final
@dataclass(frozen=True, slots=True)
class CORToSMD(Ready):
    r"""The standardised difference of a correlation, :math:`d = 2 r / \sqrt{1 - r^2}`.

    Of the point-biserial correlation with arms of equal size; for two continuous variables, the
    difference between people one standard deviation above and below the mean of one of them, in
    units of the scatter around the line. :math:`v_d = 4 v_r / (1 - r^2)^3`.
    """

    title: ClassVar[str] = "Correlation to SMD"
    needs: ClassVar[tuple[str, ...]] = ("yi", "vi", "measure")
    equation: ClassVar[str] = "d = 2 r / √(1 − r²), v = 4 v / (1 − r²)³"
    source: ClassVar[str] = SOURCE
    measure: ClassVar[str] = "SMD"
    origin: ClassVar[str] = "COR"

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        r, v = sheet.columns("yi", "vi")
        return 2 * r / np.sqrt(1 - r**2), 4 * v / (1 - r**2) ** 3
