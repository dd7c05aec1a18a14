"""A printed correlation, on the way elsewhere."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class PrintedR(Ready):
    """The correlation r of n people with its variance, for `CORToSMD` to start from.

    People: `n`, else `n_total`, else n1 + n2.
    """

    title: ClassVar[str] = "Printed r"
    needs: ClassVar[tuple[str, ...]] = ("r",)
    uses: ClassVar[tuple[str, ...]] = ("n", "n_total", "n1", "n2")
    equation: ClassVar[str] = "y = r, v = (1 − r²)² / (n − 1)"
    source: ClassVar[str] = (
        "Borenstein et al. (2009), Introduction to Meta-Analysis, eq. 6.1, "
        "doi:10.1002/9780470743386"
    )
    measure: ClassVar[str] = "COR"

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        r, n, total, n1, n2 = sheet.columns(*self.needs, *self.uses)
        n = np.where(np.isnan(n), np.where(np.isnan(total), n1 + n2, total), n)
        possible = (np.abs(r) < 1) & (n >= 4)
        return np.where(possible, r, np.nan), (1 - r**2) ** 2 / (n - 1)
