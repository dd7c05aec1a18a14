"""Mean changes of two arms become a raw mean difference."""

from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class ChangeToMD(Ready):
    r"""The difference of two mean changes, :math:`c_1 - c_2`, variance :math:`\sum s_c^2/n`.

    In a randomised trial it estimates the same as the difference of final means, in points of the
    scale. It is no rule for standardised differences: changes scatter less than values.
    """

    title: ClassVar[str] = "Changes to mean difference"
    needs: ClassVar[tuple[str, ...]] = (
        *("n1", "change_mean1", "change_sd1"),
        *("n2", "change_mean2", "change_sd2"),
    )
    equation: ClassVar[str] = "md = change1 − change2, v = Σ sd_change² / n"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 10.5.2, doi:10.1002/9781119536604.ch10"
    measure: ClassVar[str] = "MD"

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        n1, mean1, sd1 = sheet.columns("n1", "change_mean1", "change_sd1")
        n2, mean2, sd2 = sheet.columns("n2", "change_mean2", "change_sd2")
        return mean1 - mean2, sd1**2 / n1 + sd2**2 / n2
