"""Printed ratios of two arms: what the rules for them share."""

from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np
from scipy.special import ndtri

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.level import between_zero_and_one
from consilience.trials.conversions.sheet import Mask, Sheet
from consilience.trials.rounding import beside, outside

SOURCE = "Cochrane Handbook 6.5, § 6.3.2, doi:10.1002/9781119536604.ch6"

OFF_CENTRE = 0.2
"""How far the middle may lie from the ratio, in widths of the interval, beyond rounding: exact
intervals of rare events are not quite symmetric."""


def columns(name: str) -> tuple[str, str, str]:
    """Return the columns of a ratio and its interval."""
    return name, f"{name}_lower", f"{name}_upper"


@dataclass(frozen=True, slots=True)
class PrintedRatio(Ready):
    r"""A log ratio and its variance from the ratio and its interval (L, U).

    :math:`v = ((\log U - \log L)/(2 z))^2`. The columns hold ratios, not logarithms; an interval
    that does not hold its ratio, or whose middle on the log scale lies farther from it than a fifth
    of its width and what rounding explains, is left alone.

    Parameters
    ----------
    level : float
        Of the interval.
    """

    level: float = 0.95

    source: ClassVar[str] = SOURCE

    def __post_init__(self) -> None:
        """Refuse a level that is none."""
        between_zero_and_one(self.level, f"{type(self).__name__}: level")

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        ratio, low, high = sheet.columns(*self.needs)
        held = (low > 0) & ~outside(ratio, low, high) & ~lopsided(ratio, low, high)
        width = np.log(np.where(held, high, np.nan)) - np.log(low)
        return np.log(ratio), (width / (2 * ndtri((1 + self.level) / 2))) ** 2


def lopsided(ratio: Floats, low: Floats, high: Floats) -> Mask:
    """Say where an interval is not centred on its ratio on the log scale, (rows,).

    Parameters
    ----------
    ratio, low, high : ndarray (rows,)
        As printed; nothing is said of a row in which one is missing or not positive.
    """
    printed, half = np.stack([ratio, low, high]), beside(ratio, low, high)
    least, most = np.log(np.maximum(printed - half, 0.0)), np.log(printed + half)
    slack = OFF_CENTRE * np.log(high / low)
    above = least[0] - (most[1] + most[2]) / 2
    below = (least[1] + least[2]) / 2 - most[0]
    return np.maximum(above, below) > slack


@dataclass(frozen=True, slots=True)
class RatioAndP(Ready):
    r"""A log ratio and its variance from the ratio and the exact two-sided p value of a Wald test.

    :math:`v = (\log \text{ratio} / z_{1 - p/2})^2`. Where an interval is printed as well, it is
    left to the rule for intervals. A p value printed as "< 0.05" is no exact one; a ratio of 1 and
    a p of 1 say nothing about precision; the more a p value was rounded, the less it says.
    """

    source: ClassVar[str] = SOURCE

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        """Give the log ratio, and the variance that its two-sided p implies."""
        name, p_value = self.needs
        ratio, low, high = sheet.columns(*columns(name))
        p = sheet.numbers(p_value)
        known = (ratio > 0) & (ratio != 1) & (p > 0) & (p < 1) & np.isnan(low) & np.isnan(high)
        y = np.log(np.where(known, ratio, np.nan))
        return y, (y / ndtri(np.where(known, p, np.nan) / 2)) ** 2
