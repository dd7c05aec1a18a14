"""A log odds ratio becomes a standardised difference."""

from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.sheet import Sheet
from consilience.trials.conversions.smd_to_or import LOGISTIC, SOURCE


@final
@dataclass(frozen=True, slots=True)
class ORToSMD(Ready):
    r"""The standardised difference behind a split at some threshold, :math:`\sqrt3 \log OR / \pi`.

    For values that are about logistic with the same SD in both arms. Positive where the event is
    commoner with the intervention: the column `higher_is_better` says whether the event is good.
    """

    title: ClassVar[str] = "Log odds ratio to SMD"
    needs: ClassVar[tuple[str, ...]] = ("yi", "vi", "measure")
    equation: ClassVar[str] = "y = √3 log OR / π, v = 3 v / π²"
    source: ClassVar[str] = SOURCE
    measure: ClassVar[str] = "SMD"
    origin: ClassVar[str] = "OR"

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        return sheet.numbers("yi") / LOGISTIC, sheet.numbers("vi") / LOGISTIC**2
