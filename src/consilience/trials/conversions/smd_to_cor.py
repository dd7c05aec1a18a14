"""A standardised difference becomes a correlation."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.sheet import Sheet

SOURCE = (
    "Borenstein et al. (2009), Introduction to Meta-Analysis, eq. 7.5-7.9, "
    "doi:10.1002/9780470743386"
)


@final
@dataclass(frozen=True, slots=True)
class SMDToCOR(Ready):
    r"""The point-biserial correlation of arm and value, :math:`r = d / \sqrt{d^2 + a}`.

    :math:`a = (n_1 + n_2)^2 / (n_1 n_2)`, 4 where the arms are not printed;
    :math:`v_r = a^2 v_d / (d^2 + a)^3`.
    """

    title: ClassVar[str] = "SMD to correlation"
    needs: ClassVar[tuple[str, ...]] = ("yi", "vi", "measure")
    uses: ClassVar[tuple[str, ...]] = ("n1", "n2")
    equation: ClassVar[str] = "r = d / √(d² + a), v = a² v / (d² + a)³, a = (n1 + n2)² / (n1 n2)"
    source: ClassVar[str] = SOURCE
    measure: ClassVar[str] = "COR"
    origin: ClassVar[str] = "SMD"

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        d, v, n1, n2 = sheet.columns("yi", "vi", "n1", "n2")
        a = (n1 + n2) ** 2 / (n1 * n2)
        a = np.where(np.isfinite(a), a, 4.0)
        return d / np.sqrt(d**2 + a), a**2 * v / (d**2 + a) ** 3
