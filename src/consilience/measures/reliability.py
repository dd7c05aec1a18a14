"""Cronbach's alpha of an instrument: what its measures share."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np
import pandas as pd

from consilience.measures.base import Floats, arms, finite
from consilience.measures.one_group import OneGroup
from consilience.measures.rules import ALPHA, ITEMS, sample
from consilience.trials.checks import Rule


@dataclass(frozen=True, slots=True)
class Reliability(OneGroup):
    """A measure of Cronbach's `alpha` of an instrument of `items`, in `n` participants."""

    needs: ClassVar[tuple[str, ...]] = ("alpha", "items", "n")
    aliases: ClassVar[Mapping[str, str]] = {"ai": "alpha", "mi": "items", "ni": "n"}
    rules: ClassVar[Mapping[str, Rule]] = {"alpha": ALPHA, "items": ITEMS, "n": sample(3)}

    @abstractmethod
    def estimate(self, missing: Floats, ratio: Floats, n: Floats) -> tuple[Floats, Floats]:
        """Compute estimates and variances, (k,).

        Parameters
        ----------
        missing : ndarray (k,)
            1 − alpha.
        ratio : ndarray (k,)
            items / (items − 1).
        n : ndarray (k,)
            Participants.
        """

    @override
    def compute(self, table: pd.DataFrame) -> tuple[Floats, Floats]:
        alpha, items, n = arms(self.complete(table), *self.needs)
        with np.errstate(all="ignore"):
            return finite(*self.estimate(1 - alpha, items / (items - 1), n))
