"""What the rules for skewed samples share: one arm of one row at a time."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import PerArm
from consilience.trials.conversions.quantiles import GIVES, NEEDS, Quantiles, quantiles
from consilience.trials.conversions.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Skewed(PerArm):
    """A rule that fits a distribution to the five-number summary of one arm."""

    needs: ClassVar[tuple[str, ...]] = NEEDS
    gives: ClassVar[tuple[str, ...]] = GIVES
    source: ClassVar[str] = (
        "McGrath et al. (2020), Stat. Methods Med. Res. 29, 2520-2537, doi:10.1177/0962280219889080"
    )

    @abstractmethod
    def moments(self, given: Quantiles) -> tuple[float, float]:
        """Return mean and SD from the summary of one arm, (1,); NaN where it cannot be."""

    @override
    def arm(self, sheet: Sheet, arm: str) -> Mapping[str, Floats]:
        """Give mean and SD of one arm, row by row, where one of them is lacking."""
        given = quantiles(sheet, arm)
        known = given.full | given.quartered | given.ranged
        lacking = sheet.empty(f"mean{arm}") | sheet.empty(f"sd{arm}")
        found = np.full((2, len(sheet)), np.nan)
        for row in np.flatnonzero(known & lacking):
            found[:, row] = self.moments(one(given, int(row)))
        return {"mean": found[0], "sd": found[1]}


def one(given: Quantiles, row: int) -> Quantiles:
    """Return the summary of one row, each of shape (1,)."""
    every = (given.n, given.low, given.q1, given.median, given.q3, given.high)
    n, low, q1, median, q3, high = (values[[row]] for values in every)
    return Quantiles(n, low, q1, median, q3, high)


def printed(given: Quantiles) -> tuple[Floats, Floats]:
    """Return the probabilities and values of what one row prints, in order; extremes at 1/n."""
    n = float(given.n[0])
    shares = np.array([1 / n, 0.25, 0.5, 0.75, 1 - 1 / n])
    values = np.concatenate([given.low, given.q1, given.median, given.q3, given.high])
    known = np.isfinite(values)
    return shares[known], values[known]
