"""The difference of two probits, as a standardised mean difference."""

from dataclasses import dataclass
from math import pi, sqrt
from typing import ClassVar, final, override

import numpy as np
from scipy.special import ndtri

from consilience.measures.base import Floats
from consilience.measures.two_by_two import Cells, TwoByTwo


@final
@dataclass(frozen=True, slots=True)
class PBIT(TwoByTwo):
    r"""The probit difference :math:`z_1 - z_2`, :math:`z_j = \Phi^{-1}(p_j)`.

    Estimates a standardised mean difference, had the two normal groups of equal variance been
    split at a threshold. Variance :math:`2\pi \sum_j p_j (1 - p_j) e^{z_j^2} / n_j`. The same as
    metafor's ``escalc(measure="PBIT")``.

    References
    ----------
    Sánchez-Meca, Marín-Martínez & Chacón-Moscoso (2003), Psychol. Methods 8, 448-467, equations 20
    and 21. doi:10.1037/1082-989X.8.4.448
    """

    code: ClassVar[str] = "PBIT"
    label: ClassVar[str] = "Standardised mean difference (probit)"
    scale: ClassVar[str] = "standardised"
    unit: ClassVar[float] = sqrt(2 * pi)

    @override
    def estimate(self, cells: Cells) -> tuple[Floats, Floats]:
        z1, z2 = ndtri(cells.p1), ndtri(cells.p2)
        first = cells.p1 * (1 - cells.p1) * np.exp(z1**2) / cells.n1
        second = cells.p2 * (1 - cells.p2) * np.exp(z2**2) / cells.n2
        return z1 - z2, 2 * pi * (first + second)
