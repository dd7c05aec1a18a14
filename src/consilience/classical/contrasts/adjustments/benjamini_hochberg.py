"""Benjamini and Hochberg's adjustment."""

from typing import ClassVar, final

import numpy as np

from consilience.classical.contrasts.adjustments.base import Adjustment, Family
from consilience.classical.wls import Floats


@final
class BenjaminiHochberg(Adjustment):
    """Step up: ``min over i >= j of min(1, m p_(i) / i)``, p rising.

    It holds the expected share of false findings among the findings, not the chance of any, and is
    proved for independent or positively dependent tests; pairwise contrasts are neither.

    References
    ----------
    Benjamini Y, Hochberg Y (1995). Journal of the Royal Statistical Society B 57:289–300.
    doi:10.1111/j.2517-6161.1995.tb02031.x
    """

    code: ClassVar[str] = "BH"
    label: ClassVar[str] = "Benjamini–Hochberg (false discovery rate)"

    def p_values(self, family: Family) -> Floats:
        """From the largest downwards, each times the number of tests over its rank."""
        p = family.p_values
        order = np.argsort(p, kind="stable")[::-1]
        ranks = np.arange(len(p), 0, -1)
        found = np.empty_like(p)
        found[order] = np.minimum(1.0, np.minimum.accumulate(len(p) / ranks * p[order]))
        return found
