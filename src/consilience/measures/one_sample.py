"""What the measures of one sample share: a group, or an association within it."""

from dataclasses import dataclass
from typing import override

import pandas as pd

from consilience.measures.base import Floats, Measure, unit_information_sd
from consilience.measures.sizes import alone, scaled_by_total


@dataclass(frozen=True, slots=True)
class OneSample(Measure):
    """A measure of one sample, whose variance falls with all of its participants."""

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return the unit-information standard deviation on the analysed scale."""
        return unit_information_sd(alone(self.complete(table)), v)

    @override
    def new_variance(self, theta: Floats, *, n1: int, n2: int, observed: pd.DataFrame) -> Floats:
        """Return the average variance of the observed studies, scaled to n1 + n2 participants."""
        return scaled_by_total(theta, n=n1 + n2, observed=observed)
