"""Yule's coefficients of association: what they share."""

from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np

from consilience.measures.base import Floats
from consilience.measures.or_ import woolf
from consilience.measures.two_by_two import Cells, TwoByTwo


@dataclass(frozen=True, slots=True)
class Yule(TwoByTwo):
    r"""A coefficient :math:`(\psi^s - 1) / (\psi^s + 1)` of the odds ratio :math:`\psi`."""

    scale: ClassVar[str] = "correlation"
    power: ClassVar[float]

    @override
    def estimate(self, cells: Cells) -> tuple[Floats, Floats]:
        a, b, c, d = cells
        ad, bc = (a * d) ** self.power, (b * c) ** self.power
        y = (ad - bc) / (ad + bc)
        return y, (self.power / 2) ** 2 * (1 - y**2) ** 2 * woolf(cells)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the coefficient, kept within −1 and 1."""
        return np.clip(x, -1.0, 1.0)
