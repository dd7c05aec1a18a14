"""Bonferroni's adjustment."""

from typing import ClassVar, final

import numpy as np

from consilience.classical.contrasts.adjustments.base import Adjustment, Family
from consilience.classical.wls import Floats


@final
class Bonferroni(Adjustment):
    """``min(1, m p)``: never more than the stated chance of any false finding, often far less.

    References
    ----------
    Dunn OJ (1961). Journal of the American Statistical Association 56:52–64.
    doi:10.1080/01621459.1961.10482090
    """

    code: ClassVar[str] = "bonferroni"
    label: ClassVar[str] = "Bonferroni"
    simultaneous: ClassVar[bool] = True

    def p_values(self, family: Family) -> Floats:
        """``min(1, m p)``."""
        p = family.p_values
        return np.minimum(1.0, len(p) * p)

    def critical(self, family: Family, *, level: float) -> float:
        """Share the chance of a miss among the intervals."""
        return family.quantile((1 - level) / len(family.statistic))
