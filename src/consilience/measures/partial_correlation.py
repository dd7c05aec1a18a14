"""A partial correlation: what its measures share."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np
import pandas as pd

from consilience.errors import Problem
from consilience.measures.association import Association
from consilience.measures.base import Floats, arms, finite
from consilience.measures.checks import at
from consilience.measures.rules import CORRELATION, PREDICTORS, sample
from consilience.trials.checks import Rule


@dataclass(frozen=True, slots=True)
class PartialCorrelation(Association):
    r"""A partial correlation `r`, or the `t_stat` of its coefficient in a regression.

    :math:`r = t / \sqrt{t^2 + n - m - 1}` with the number m of `predictors`, the one in question
    included. Where a row gives both, `r` counts.
    """

    needs: ClassVar[tuple[str, ...]] = ("n", "predictors")
    either: ClassVar[tuple[str, ...]] = ("r", "t_stat")
    aliases: ClassVar[Mapping[str, str]] = {
        "ri": "r",
        "ti": "t_stat",
        "mi": "predictors",
        "ni": "n",
    }
    rules: ClassVar[Mapping[str, Rule]] = {
        "r": CORRELATION,
        "predictors": PREDICTORS,
        "n": sample(4),
    }
    least: ClassVar[int]

    @abstractmethod
    def estimate(self, r: Floats, left: Floats) -> tuple[Floats, Floats]:
        """Compute estimates and variances, (k,), from correlations and n − m."""

    @override
    def compute(self, table: pd.DataFrame) -> tuple[Floats, Floats]:
        """Compute them from correlations and n - m."""
        named = self.complete(table)
        n, m = arms(named, *self.needs)
        left = n - m
        r = np.full(len(named), np.nan)
        with np.errstate(all="ignore"):
            if "t_stat" in named:
                (t,) = arms(named, "t_stat")
                r = t / np.sqrt(t**2 + left - 1)
            if "r" in named:
                (given,) = arms(named, "r")
                r = np.where(np.isnan(given), r, given)
            y, v = self.estimate(r, left)
            return finite(y, np.where(left >= self.least, v, np.nan))

    @override
    def contradictions(self, table: pd.DataFrame) -> tuple[Problem, ...]:
        n, m = arms(table, *self.needs)
        what = f"With so many predictors n must be at least their number + {self.least}"
        remedy = "Check n and predictors in the source, or leave the row out."
        return at(table, n - m < self.least, column="n", what=what, remedy=remedy)
