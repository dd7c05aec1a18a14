"""A correlation becomes Fisher's z."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.sheet import Sheet
from consilience.trials.conversions.smd_to_cor import SOURCE


@final
@dataclass(frozen=True, slots=True)
class CORToZCOR(Ready):
    r"""Fisher's z of a correlation, :math:`z = \operatorname{artanh} r`, :math:`v/(1 - r^2)^2`."""

    title: ClassVar[str] = "Correlation to Fisher's z"
    needs: ClassVar[tuple[str, ...]] = ("yi", "vi", "measure")
    equation: ClassVar[str] = "z = artanh r, v = v / (1 − r²)²"
    source: ClassVar[str] = SOURCE
    measure: ClassVar[str] = "ZCOR"
    origin: ClassVar[str] = "COR"

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        r, v = sheet.columns("yi", "vi")
        return np.arctanh(r), v / (1 - r**2) ** 2
