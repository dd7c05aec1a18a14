"""Fisher's z of a correlation."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.measures.base import Floats
from consilience.measures.one_correlation import OneCorrelation


@final
@dataclass(frozen=True, slots=True)
class ZCOR(OneCorrelation):
    r"""Fisher's :math:`z = \operatorname{artanh} r`, with variance :math:`1 / (n - 3)`.

    The same as metafor's ``escalc(measure="ZCOR")``.

    References
    ----------
    Fisher (1921), Metron 1, 3-32.
    """

    code: ClassVar[str] = "ZCOR"
    label: ClassVar[str] = "Correlation (Fisher's z)"
    scale: ClassVar[str] = "Fisher z"

    @override
    def estimate(self, r: Floats, n: Floats) -> tuple[Floats, Floats]:
        return np.arctanh(r), 1 / (n - 3)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the correlation."""
        return np.tanh(x)

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return 1: v is about 1/n."""
        return 1.0

    @override
    def new_variance(self, theta: Floats, *, n1: int, n2: int, observed: pd.DataFrame) -> Floats:
        """Return 1 / (n − 3) with n = n1 + n2."""
        del observed
        return np.full(np.shape(theta), 1 / (n1 + n2 - 3))
