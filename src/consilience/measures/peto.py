"""Peto's odds ratio."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.measures.base import Floats
from consilience.measures.two_by_two import Cells, TwoByTwo


@final
@dataclass(frozen=True, slots=True)
class PETO(TwoByTwo):
    r"""The log odds ratio by Peto's one-step method, :math:`(O - E) / V`.

    With :math:`O = a`, :math:`n = n_1 + n_2`, the hypergeometric expectation
    :math:`E = n_1 (a + c) / n` and variance
    :math:`V = \frac{n_1 n_2 (a + c) (b + d)}{n^2 (n - 1)}`; the variance of the estimate is
    :math:`1 / V`. It needs no constant where one arm is without events; the setting `add` exists
    because metafor's does. The same as metafor's ``escalc(measure="PETO")``.

    References
    ----------
    Yusuf, Peto, Lewis, Collins & Sleight (1985), Prog. Cardiovasc. Dis. 27, 335-371.
    doi:10.1016/S0033-0620(85)80003-7
    """

    code: ClassVar[str] = "PETO"
    label: ClassVar[str] = "Odds ratio (Peto)"
    scale: ClassVar[str] = "log"
    unit: ClassVar[float] = 4.0

    @override
    def estimate(self, cells: Cells) -> tuple[Floats, Floats]:
        a, b, c, d = cells
        n1, n2, n = cells.n1, cells.n2, cells.n1 + cells.n2
        expected = n1 * (a + c) / n
        v = (a + c) * (b + d) * (n1 / n) * (n2 / n) / (n - 1)
        return (a - expected) / v, 1 / v

    @override
    def display(self, x: Floats) -> Floats:
        """Return the odds ratio."""
        return np.exp(x)
