"""Fisher's z of a partial correlation."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.measures.base import Floats
from consilience.measures.partial_correlation import PartialCorrelation


@final
@dataclass(frozen=True, slots=True)
class ZPCOR(PartialCorrelation):
    r"""Fisher's z of a partial correlation, with variance :math:`1 / (n - m - 2)`, m predictors.

    The same as metafor's ``escalc(measure="ZPCOR")``.

    References
    ----------
    Fisher (1924), Metron 3, 329-332. Aloe & Thompson (2013), J. Soc. Soc. Work Res. 4, 390-405.
    doi:10.5243/jsswr.2013.24
    """

    code: ClassVar[str] = "ZPCOR"
    label: ClassVar[str] = "Partial correlation (Fisher's z)"
    scale: ClassVar[str] = "Fisher z"
    least: ClassVar[int] = 3

    @override
    def estimate(self, r: Floats, left: Floats) -> tuple[Floats, Floats]:
        return np.arctanh(r), 1 / (left - 2)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the correlation."""
        return np.tanh(x)

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return 1: v is about 1/n."""
        return 1.0
