"""Holm's adjustment."""

from typing import ClassVar, final

import numpy as np

from consilience.classical.contrasts.adjustments.base import Adjustment, Family
from consilience.classical.wls import Floats


@final
class Holm(Adjustment):
    """Step down: ``max over i <= j of min(1, (m - i + 1) p_(i))``, p rising.

    It rejects all that Bonferroni's rejects, and more, whatever the dependence.

    References
    ----------
    Holm S (1979). Scandinavian Journal of Statistics 6:65–70.
    """

    code: ClassVar[str] = "holm"
    label: ClassVar[str] = "Holm"

    def p_values(self, family: Family) -> Floats:
        """From the smallest upwards, each times the number not yet passed."""
        p = family.p_values
        order = np.argsort(p, kind="stable")
        left = np.arange(len(p), 0, -1)
        found = np.empty_like(p)
        found[order] = np.minimum(1.0, np.maximum.accumulate(left * p[order]))
        return found
