"""A standardised difference becomes a log odds ratio."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.sheet import Sheet

LOGISTIC = np.pi / np.sqrt(3.0)
"""Standard deviation of the logistic distribution."""

SOURCE = (
    "Hasselblad & Hedges (1995), Psychol. Bull. 117, 167-178, doi:10.1037/0033-2909.117.1.167; "
    "Chinn (2000), Stat. Med. 19, 3127-3131"
)


@final
@dataclass(frozen=True, slots=True)
class SMDToOR(Ready):
    r"""The log odds ratio of passing any threshold, :math:`\pi g / \sqrt3`.

    For values that are about logistic with the same SD in both arms; then the ratio is the same at
    every threshold. Odds of a *high* value.
    """

    title: ClassVar[str] = "SMD to log odds ratio"
    needs: ClassVar[tuple[str, ...]] = ("yi", "vi", "measure")
    equation: ClassVar[str] = "y = π g / √3, v = π² v / 3"
    source: ClassVar[str] = SOURCE
    measure: ClassVar[str] = "OR"
    origin: ClassVar[str] = "SMD"

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        return sheet.numbers("yi") * LOGISTIC, sheet.numbers("vi") * LOGISTIC**2
