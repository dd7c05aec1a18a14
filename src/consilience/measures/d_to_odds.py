"""The standardised mean difference as a log odds ratio: what its forms share."""

from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np
import pandas as pd

from consilience.measures.base import Floats
from consilience.measures.two_means import Arms, TwoMeans


@dataclass(frozen=True, slots=True)
class DToOdds(TwoMeans):
    r"""Cohen's d times a constant :math:`c`, with :math:`c^2 (1/n_1 + 1/n_2 + d^2 / (2 n))`."""

    scale: ClassVar[str] = "log"
    factor: ClassVar[float]

    @override
    def estimate(self, arms: Arms) -> tuple[Floats, Floats]:
        d = arms.difference / arms.pooled
        v = 1 / arms.n1 + 1 / arms.n2 + d**2 / (2 * arms.n)
        return self.factor * d, self.factor**2 * v

    @override
    def display(self, x: Floats) -> Floats:
        """Return the odds ratio."""
        return np.exp(x)

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return the constant times 2, the worth of one participant on the scale of d."""
        return 2.0 * self.factor
