"""Medians, quartiles and extremes of an arm, and which of them a row prints."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.sheet import Mask, Sheet

PRINTED = ("min", "lower_quartile", "median", "upper_quartile", "max")
NEEDS = tuple(f"{name}{arm}" for arm in "12" for name in ("n", *PRINTED))
GIVES = ("mean1", "sd1", "mean2", "sd2")


@final
@dataclass(frozen=True, slots=True)
class Quantiles:
    """The five-number summary of an arm, (rows,); NaN where it is not printed."""

    n: Floats
    low: Floats
    q1: Floats
    median: Floats
    q3: Floats
    high: Floats

    least: ClassVar[int] = 3
    """Participants below which quartiles or extremes say nothing."""

    @property
    def ranged(self) -> Mask:
        """Where the extremes are printed, in order, and no quartiles."""
        return self._extremes() & ~self._quartiles()

    @property
    def quartered(self) -> Mask:
        """Where the quartiles are printed, in order, and no extremes."""
        return self._quartiles() & ~self._extremes()

    @property
    def full(self) -> Mask:
        """Where all five are printed, in order."""
        ordered = (self.low <= self.q1) & (self.q3 <= self.high)
        return self._quartiles() & self._extremes() & ordered

    def range_unit(self) -> Floats:
        """Return the expected range of n standard normal values, by Blom's approximation."""
        from scipy.special import ndtri

        return 2 * ndtri((self.n - 0.375) / (self.n + 0.25))

    def quartile_unit(self) -> Floats:
        """Return the expected interquartile range of n standard normal values, likewise."""
        from scipy.special import ndtri

        return 2 * ndtri((0.75 * self.n - 0.125) / (self.n + 0.25))

    def _extremes(self) -> Mask:
        ordered = (self.low <= self.median) & (self.median <= self.high) & (self.low < self.high)
        return ordered & (self.n >= self.least)

    def _quartiles(self) -> Mask:
        ordered = (self.q1 <= self.median) & (self.median <= self.q3) & (self.q1 < self.q3)
        return ordered & (self.n >= self.least)


def quantiles(sheet: Sheet, arm: str) -> Quantiles:
    """Read the five-number summary of the arm ``"1"`` or ``"2"``."""
    n, low, q1, median, q3, high = sheet.columns(f"n{arm}", *(f"{name}{arm}" for name in PRINTED))
    return Quantiles(n, low, q1, median, q3, high)


def by_form(given: Quantiles, *, ranged: Floats, quartered: Floats, full: Floats) -> Floats:
    """Choose for each row the figure that fits what it prints; NaN where it prints neither."""
    conditions = [given.full, given.quartered, given.ranged]
    return np.select(conditions, [full, quartered, ranged], default=np.nan)


def wan_sd(given: Quantiles) -> Floats:
    """Return the SD of a normal sample with these quantiles, (rows,).

    References
    ----------
    Wan, Wang, Liu & Tong (2014), BMC Med. Res. Methodol. 14:135, equations 9, 12 and 16.
    doi:10.1186/1471-2288-14-135
    """
    ranged = (given.high - given.low) / given.range_unit()
    quartered = (given.q3 - given.q1) / given.quartile_unit()
    return by_form(given, ranged=ranged, quartered=quartered, full=(ranged + quartered) / 2)
