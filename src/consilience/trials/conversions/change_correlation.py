"""Standard deviations before, after and of the change give away their correlation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import PerArm
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class ChangeCorrelation(PerArm):
    r"""The correlation of values before and after, :math:`r = (s_0^2 + s_1^2 - s_c^2)/(2 s_0 s_1)`.

    Printed standard deviations that no correlation between −1 and 1 can produce give none.
    """

    title: ClassVar[str] = "Correlation of before and after"
    needs: ClassVar[tuple[str, ...]] = (
        *("baseline_sd1", "sd1", "change_sd1"),
        *("baseline_sd2", "sd2", "change_sd2"),
    )
    gives: ClassVar[tuple[str, ...]] = ("change_r1", "change_r2")
    equation: ClassVar[str] = "r = (sd_before² + sd_after² − sd_change²) / (2 sd_before sd_after)"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 6.5.2.8, doi:10.1002/9781119536604.ch6"

    @override
    def arm(self, sheet: Sheet, arm: str) -> Mapping[str, Floats]:
        before, after = sheet.columns(f"baseline_sd{arm}", f"sd{arm}")
        r = (before**2 + after**2 - sheet.numbers(f"change_sd{arm}") ** 2) / (2 * before * after)
        return {"change_r": np.where(np.abs(r) < 1, r, np.nan)}
