"""The partial correlation."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.measures.base import Floats
from consilience.measures.partial_correlation import PartialCorrelation


@final
@dataclass(frozen=True, slots=True)
class PCOR(PartialCorrelation):
    r"""The partial correlation, with variance :math:`(1 - r^2)^2 / (n - m)`, m predictors.

    The same as metafor's ``escalc(measure="PCOR")``.

    References
    ----------
    Aloe & Thompson (2013), J. Soc. Soc. Work Res. 4, 390-405. doi:10.5243/jsswr.2013.24
    """

    code: ClassVar[str] = "PCOR"
    label: ClassVar[str] = "Partial correlation"
    scale: ClassVar[str] = "correlation"
    least: ClassVar[int] = 2

    @override
    def estimate(self, r: Floats, left: Floats) -> tuple[Floats, Floats]:
        return r, (1 - r**2) ** 2 / left

    @override
    def display(self, x: Floats) -> Floats:
        """Return the correlation, kept within −1 and 1."""
        return np.clip(x, -1.0, 1.0)

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return 1: without a correlation v is about 1/n."""
        return 1.0
