"""Means and standard deviations of two arms: what all their measures share."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, override

import numpy as np
import pandas as pd

from consilience.measures.base import Floats, Measure, arms, finite, unit_information_sd
from consilience.measures.rules import ABOVE_ZERO, SIZE
from consilience.measures.sizes import scaled_by_arms
from consilience.trials.checks import Rule


class Arms(NamedTuple):
    """The summaries of each row's two arms, (k,); NaN where a measure does not need one."""

    n1: Floats
    """Participants with the intervention."""
    mean1: Floats
    """Their mean."""
    sd1: Floats
    """Their standard deviation."""
    n2: Floats
    """Participants with the comparator."""
    mean2: Floats
    """Their mean."""
    sd2: Floats
    """Their standard deviation."""

    @property
    def n(self) -> Floats:
        """All participants."""
        return self.n1 + self.n2

    @property
    def m(self) -> Floats:
        """Degrees of freedom of the pooled standard deviation."""
        return self.n - 2

    @property
    def difference(self) -> Floats:
        """Difference of the means."""
        return self.mean1 - self.mean2

    @property
    def pooled(self) -> Floats:
        """The pooled standard deviation."""
        return np.sqrt(((self.n1 - 1) * self.sd1**2 + (self.n2 - 1) * self.sd2**2) / self.m)

    @property
    def relative(self) -> tuple[Floats, Floats]:
        """Each arm's squared standard error over its squared mean, (k,) and (k,)."""
        return (self.sd1 / self.mean1) ** 2 / self.n1, (self.sd2 / self.mean2) ** 2 / self.n2


type Variance = Callable[[Arms], Floats]


@dataclass(frozen=True, slots=True)
class TwoMeans(Measure):
    """A measure of two arms with a mean and a standard deviation each."""

    needs: ClassVar[tuple[str, ...]] = ("n1", "mean1", "sd1", "n2", "mean2", "sd2")
    aliases: ClassVar[Mapping[str, str]] = {
        "n1i": "n1",
        "m1i": "mean1",
        "sd1i": "sd1",
        "n2i": "n2",
        "m2i": "mean2",
        "sd2i": "sd2",
    }
    rules: ClassVar[Mapping[str, Rule]] = {
        **dict.fromkeys(("n1", "n2"), SIZE),
        **dict.fromkeys(("sd1", "sd2"), ABOVE_ZERO),
    }

    @abstractmethod
    def estimate(self, arms: Arms) -> tuple[Floats, Floats]:
        """Compute estimates and variances, (k,), from the arms' summaries."""

    @override
    def compute(self, table: pd.DataFrame) -> tuple[Floats, Floats]:
        named = self.complete(table)
        unknown = np.full(len(named), np.nan)
        held = Arms(*(arms(named, c)[0] if c in self.needs else unknown for c in Arms._fields))
        with np.errstate(all="ignore"):
            return finite(*self.estimate(held))

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return the unit-information standard deviation on the analysed scale."""
        return unit_information_sd(table, v)

    @override
    def new_variance(self, theta: Floats, *, n1: int, n2: int, observed: pd.DataFrame) -> Floats:
        """Return the average variance of the observed trials, scaled to the new arms."""
        return scaled_by_arms(theta, n1=n1, n2=n2, observed=observed)
