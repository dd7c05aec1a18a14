"""A correlation and its sample size: what its measures share."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np
import pandas as pd

from consilience.measures.association import Association
from consilience.measures.base import Floats, arms, finite
from consilience.measures.rules import CORRELATION, sample
from consilience.trials.checks import Rule


@dataclass(frozen=True, slots=True)
class OneCorrelation(Association):
    """A measure of a product-moment correlation `r` in a sample of `n`."""

    needs: ClassVar[tuple[str, ...]] = ("r", "n")
    aliases: ClassVar[Mapping[str, str]] = {"ri": "r", "ni": "n"}
    rules: ClassVar[Mapping[str, Rule]] = {"r": CORRELATION, "n": sample(4)}

    @abstractmethod
    def estimate(self, r: Floats, n: Floats) -> tuple[Floats, Floats]:
        """Compute estimates and variances, (k,), from correlations and sample sizes."""

    @override
    def compute(self, table: pd.DataFrame) -> tuple[Floats, Floats]:
        r, n = arms(self.complete(table), *self.needs)
        with np.errstate(all="ignore"):
            y, v = self.estimate(r, n)
            return finite(y, np.where(n > 3, v, np.nan))
