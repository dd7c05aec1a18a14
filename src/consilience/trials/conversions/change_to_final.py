"""A change from baseline becomes a final value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Assumption, Floats, expectation
from consilience.trials.conversions.base import PerArm
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class ChangeToFinal(PerArm):
    r"""The final mean and SD of an arm from its baseline, its change and their correlation.

    The mean is baseline plus change. The SD solves :math:`s_c^2 = s_0^2 + s_1^2 - 2 r s_0 s_1`:
    :math:`s_1 = r s_0 + \sqrt{s_c^2 - s_0^2 (1 - r^2)}`, with the correlation r of a person's
    values before and after as the row prints it (`change_r1`, `change_r2`) or as assumed. Where no
    or two positive :math:`s_1` solve it (a change that scatters less than the baseline,
    :math:`s_c < s_0`, at r > 0), that nearer to :math:`s_0` is taken, or none.

    Parameters
    ----------
    correlation : float or distribution
        Between −1 and 1.
    """

    correlation: Assumption

    title: ClassVar[str] = "Change to final value"
    needs: ClassVar[tuple[str, ...]] = (
        *("baseline_mean1", "baseline_sd1", "change_mean1", "change_sd1"),
        *("baseline_mean2", "baseline_sd2", "change_mean2", "change_sd2"),
    )
    uses: ClassVar[tuple[str, ...]] = ("change_r1", "change_r2")
    gives: ClassVar[tuple[str, ...]] = ("mean1", "sd1", "mean2", "sd2")
    equation: ClassVar[str] = "mean = before + change, sd = r sd₀ + √(sd_c² − sd₀² (1 − r²))"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 6.5.2.8, doi:10.1002/9781119536604.ch6"
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {"correlation": (-1.0, 1.0)}

    @override
    def values(self, sheet: Sheet) -> Sequence[Mapping[str, Floats]]:
        """Give final means and SDs, each a group of its own."""
        arms = [self.arm(sheet, arm) for arm in "12"]
        return [
            {f"{name}{arm}": found[name]}
            for arm, found in zip("12", arms, strict=True)
            for name in ("mean", "sd")
        ]

    @override
    def arm(self, sheet: Sheet, arm: str) -> Mapping[str, Floats]:
        """Solve the SD of the change for the final SD: of two roots, that nearer the SD before."""
        before, change = sheet.columns(f"baseline_sd{arm}", f"change_sd{arm}")
        printed = sheet.numbers(f"change_r{arm}")
        r = np.where(np.isnan(printed), expectation(self.correlation), printed)
        root = np.sqrt(change**2 - before**2 * (1 - r**2))
        start, moved = sheet.columns(f"baseline_mean{arm}", f"change_mean{arm}")
        return {"mean": start + moved, "sd": _nearer(before, r * before + root, r * before - root)}


def _nearer(before: Floats, upper: Floats, lower: Floats) -> Floats:
    upper = np.where(upper > 0, upper, np.nan)
    lower = np.where(lower > 0, lower, np.nan)
    take_lower = np.abs(np.log(lower / before)) < np.abs(np.log(upper / before))
    return np.where(take_lower, lower, upper)
