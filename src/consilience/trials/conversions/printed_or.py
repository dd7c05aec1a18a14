"""A printed odds ratio with its confidence interval."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
from scipy.special import ndtri

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.level import between_zero_and_one
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class PrintedOR(Ready):
    r"""The log odds ratio and its variance from the ratio and its interval (L, U).

    :math:`v = ((\log U - \log L)/(2 z))^2`. The columns `odds_ratio`, `odds_ratio_lower` and
    `odds_ratio_upper` hold ratios, not logarithms; an interval that does not hold its ratio is
    left alone.

    Parameters
    ----------
    level : float
        Of the interval.
    """

    level: float = 0.95

    title: ClassVar[str] = "Printed odds ratio"
    needs: ClassVar[tuple[str, ...]] = ("odds_ratio", "odds_ratio_lower", "odds_ratio_upper")
    equation: ClassVar[str] = "y = log OR, v = ((log U − log L) / (2 z))²"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 6.3.2, doi:10.1002/9781119536604.ch6"
    measure: ClassVar[str] = "OR"

    def __post_init__(self) -> None:
        """Refuse a level that is none."""
        between_zero_and_one(self.level, "PrintedOR: level")

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        ratio, low, high = sheet.columns(*self.needs)
        held = (low > 0) & (low <= ratio) & (ratio <= high)
        width = np.log(np.where(held, high, np.nan)) - np.log(low)
        return np.log(ratio), (width / (2 * ndtri((1 + self.level) / 2))) ** 2
