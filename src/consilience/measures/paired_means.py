"""Two measurements of the same group: what all measures of change share."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, override

import numpy as np
import pandas as pd

from consilience.measures.base import Floats, Measure, arms, finite, unit_information_sd
from consilience.measures.rules import ABOVE_ZERO, PAIRED_CORRELATION, SIZE
from consilience.measures.sizes import alone, scaled_by_total
from consilience.trials.checks import Rule


class Pairs(NamedTuple):
    """The summaries of each row's two measurements, (k,); NaN where one is not needed."""

    mean1: Floats
    """Mean of the first."""
    sd1: Floats
    """Standard deviation of the first."""
    mean2: Floats
    """Mean of the second."""
    sd2: Floats
    """Standard deviation of the second."""
    r: Floats
    """Their correlation."""
    n: Floats
    """Pairs."""

    @property
    def change(self) -> Floats:
        """First mean minus second mean."""
        return self.mean1 - self.mean2

    @property
    def change_variance(self) -> Floats:
        """Variance of the differences within pairs."""
        return self.sd1**2 + self.sd2**2 - 2 * self.r * self.sd1 * self.sd2


@dataclass(frozen=True, slots=True)
class PairedMeans(Measure):
    """A measure of `mean1` against `mean2` in `n` pairs with correlation `r`."""

    needs: ClassVar[tuple[str, ...]] = ("mean1", "sd1", "mean2", "sd2", "r", "n")
    aliases: ClassVar[Mapping[str, str]] = {
        "m1i": "mean1",
        "sd1i": "sd1",
        "m2i": "mean2",
        "sd2i": "sd2",
        "ri": "r",
        "ni": "n",
    }
    rules: ClassVar[Mapping[str, Rule]] = {
        **dict.fromkeys(("sd1", "sd2"), ABOVE_ZERO),
        "r": PAIRED_CORRELATION,
        "n": SIZE,
    }
    stands: ClassVar[str] = (
        "Effects are the first measurement minus the second as they stand; no direction was "
        "declared."
    )

    @abstractmethod
    def estimate(self, pairs: Pairs) -> tuple[Floats, Floats]:
        """Compute estimates and variances, (k,), from the pairs' summaries."""

    @override
    def compute(self, table: pd.DataFrame) -> tuple[Floats, Floats]:
        named = self.complete(table)
        unknown = np.full(len(named), np.nan)
        held = Pairs(*(arms(named, c)[0] if c in self.needs else unknown for c in Pairs._fields))
        with np.errstate(all="ignore"):
            return finite(*self.estimate(held))

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return the unit-information standard deviation of one pair on the analysed scale."""
        return unit_information_sd(alone(self.complete(table)), v)

    @override
    def new_variance(self, theta: Floats, *, n1: int, n2: int, observed: pd.DataFrame) -> Floats:
        """Return the average variance of the observed studies, scaled to n1 + n2 pairs."""
        return scaled_by_total(theta, n=n1 + n2, observed=observed)
