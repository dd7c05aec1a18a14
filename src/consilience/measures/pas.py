"""The arcsine-transformed proportion."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.measures.base import Floats
from consilience.measures.one_proportion import OneProportion, Proportion


@final
@dataclass(frozen=True, slots=True)
class PAS(OneProportion):
    r"""The angle :math:`\arcsin\sqrt{x / n}` in radians, with variance :math:`1 / (4 n)`.

    The variance does not depend on the proportion, so zero counts need no constant (`add` is 0).
    The same as metafor's ``escalc(measure="PAS")``.

    References
    ----------
    Freeman & Tukey (1950), Ann. Math. Stat. 21, 607-611. doi:10.1214/aoms/1177729756
    """

    add: float = 0.0

    code: ClassVar[str] = "PAS"
    label: ClassVar[str] = "Proportion (arcsine)"
    scale: ClassVar[str] = "arcsine"

    @override
    def estimate(self, given: Proportion) -> tuple[Floats, Floats]:
        return np.arcsin(np.sqrt(given.p)), 1 / (4 * given.n)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the proportion; angles beyond 0 and π/2 count as these."""
        return np.sin(np.clip(x, 0, np.pi / 2)) ** 2

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return 1/2: v = (1/2)² / n."""
        return 0.5

    @override
    def new_variance(self, theta: Floats, *, n1: int, n2: int, observed: pd.DataFrame) -> Floats:
        """Return 1 / (4 n) with n = n1 + n2."""
        del observed
        return np.full(np.shape(theta), 1 / (4 * (n1 + n2)))
