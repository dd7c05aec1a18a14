"""Standard deviations before and after, and their correlation, become that of the change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Assumption, Floats, expectation
from consilience.trials.conversions.base import PerArm
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class ChangeSD(PerArm):
    r"""The SD of an arm's change, :math:`s_c^2 = s_0^2 + s_1^2 - 2 r s_0 s_1`.

    The correlation r of a person's values before and after is that which the row prints
    (`change_r1`, `change_r2`), else the assumed one. An empty mean change is the difference of the
    means after and before.

    Parameters
    ----------
    correlation : float or distribution
        Between −1 and 1.
    """

    correlation: Assumption

    title: ClassVar[str] = "SD of the change"
    needs: ClassVar[tuple[str, ...]] = (
        *("baseline_mean1", "baseline_sd1", "mean1", "sd1"),
        *("baseline_mean2", "baseline_sd2", "mean2", "sd2"),
    )
    uses: ClassVar[tuple[str, ...]] = ("change_r1", "change_r2")
    gives: ClassVar[tuple[str, ...]] = (
        *("change_mean1", "change_sd1"),
        *("change_mean2", "change_sd2"),
    )
    equation: ClassVar[str] = "sd_change² = sd_before² + sd_after² − 2 r sd_before sd_after"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 6.5.2.8, doi:10.1002/9781119536604.ch6"
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {"correlation": (-1.0, 1.0)}

    @override
    def arm(self, sheet: Sheet, arm: str) -> Mapping[str, Floats]:
        """Give mean and SD of the change in one arm."""
        before, after = sheet.columns(f"baseline_sd{arm}", f"sd{arm}")
        r = sheet.numbers(f"change_r{arm}")
        r = np.where(np.isnan(r), expectation(self.correlation), r)
        start, end = sheet.columns(f"baseline_mean{arm}", f"mean{arm}")
        sd = np.sqrt(before**2 + after**2 - 2 * r * before * after)
        return {"change_mean": end - start, "change_sd": np.where(sd > 0, sd, np.nan)}
