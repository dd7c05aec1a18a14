"""Hommel's adjustment."""

from typing import ClassVar, final

import numpy as np

from consilience.classical.contrasts.adjustments.base import Adjustment, Family
from consilience.classical.wls import Floats


@final
class Hommel(Adjustment):
    """Closed testing by Simes's inequality: rejects all that Holm's rejects, and more.

    An intersection of s hypotheses has Simes's p value ``min over i of s p_(i) / i``, p rising
    within it; a hypothesis is rejected when all intersections that hold it are. It is proved for
    independent or positively dependent tests.

    References
    ----------
    Hommel G (1988). Biometrika 75:383–386. doi:10.1093/biomet/75.2.383
    """

    code: ClassVar[str] = "hommel"
    label: ClassVar[str] = "Hommel"

    def p_values(self, family: Family) -> Floats:
        """Take the largest of Simes's p values over the worst intersection of each size.

        Of all intersections of size s that hold one hypothesis the worst holds it and the s - 1
        largest of the others.
        """
        p = family.p_values
        order = np.argsort(p, kind="stable")
        rising = p[order]
        found = rising.copy()
        for size in range(2, len(p) + 1):
            found = np.maximum(found, _worst(rising, size))
        adjusted = np.empty_like(p)
        adjusted[order] = np.minimum(1.0, found)
        return adjusted


def _worst(rising: Floats, size: int) -> Floats:
    """Simes's p value of each hypothesis with the size - 1 largest of the others."""
    m, ranks = len(rising), np.arange(1, size + 1)
    top = float((size * rising[m - size :] / ranks).min())
    # Below the largest ones a hypothesis is the smallest of its intersection.
    rest = float((size * rising[m - size + 1 :] / ranks[1:]).min())
    inside = np.arange(m) >= m - size
    return np.where(inside, top, np.minimum(size * rising, rest))
