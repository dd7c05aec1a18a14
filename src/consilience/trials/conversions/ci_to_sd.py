"""A confidence interval of a mean becomes a standard deviation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import PerArm
from consilience.trials.conversions.freedom import half_width
from consilience.trials.conversions.level import between_zero_and_one
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class CIToSD(PerArm):
    r"""The standard deviation of an arm from the confidence interval (L, U) of its mean.

    :math:`s = \sqrt n (U - L) / (2 q)` with the quantile q of Student's t with n − 1 degrees of
    freedom in an arm below `small`, of the normal distribution from there on. An empty mean is the
    middle of the interval.

    Parameters
    ----------
    level : float
        Of the interval.
    small : float
        Participants from which the normal distribution is taken: 60 in the handbook; infinite for
        t throughout, 0 for normal throughout.

    Raises
    ------
    ModelError
        For a level that does not lie between 0 and 1.
    """

    level: float = 0.95
    small: float = 60.0

    title: ClassVar[str] = "CI to SD"
    needs: ClassVar[tuple[str, ...]] = (
        *("n1", "mean1_lower", "mean1_upper"),
        *("n2", "mean2_lower", "mean2_upper"),
    )
    gives: ClassVar[tuple[str, ...]] = ("mean1", "sd1", "mean2", "sd2")
    equation: ClassVar[str] = "sd = √n (U − L) / (2 q), q of t with n − 1 df or normal by size"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 6.5.2.2, doi:10.1002/9781119536604.ch6"

    def __post_init__(self) -> None:
        """Refuse a level that is none."""
        between_zero_and_one(self.level, "CIToSD: level")

    @override
    def arm(self, sheet: Sheet, arm: str) -> Mapping[str, Floats]:
        n, low, high = sheet.columns(f"n{arm}", f"mean{arm}_lower", f"mean{arm}_upper")
        q = half_width(n - 1, level=self.level, normal=~(n < self.small))
        width = np.where((high > low) & (n >= 2), high - low, np.nan)
        return {"mean": (low + high) / 2, "sd": np.sqrt(n) * width / (2 * q)}

    @override
    def origins(self, column: str) -> tuple[str, ...]:
        """Return the columns of the same arm."""
        return tuple(name for name in self.needs if column[-1] in name)
