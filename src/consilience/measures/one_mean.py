"""The mean and standard deviation of one group: what all their measures share."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, override

import numpy as np
import pandas as pd

from consilience.measures.base import Floats, arms, finite
from consilience.measures.one_group import OneGroup
from consilience.measures.rules import ABOVE_ZERO, SIZE
from consilience.trials.checks import Rule


class Group(NamedTuple):
    """The summaries of each row's group, (k,); NaN where a measure does not need one."""

    mean: Floats
    """Mean."""
    sd: Floats
    """Standard deviation."""
    n: Floats
    """Participants."""


@dataclass(frozen=True, slots=True)
class OneMean(OneGroup):
    """A measure of one group with a mean and a standard deviation."""

    needs: ClassVar[tuple[str, ...]] = ("mean", "sd", "n")
    aliases: ClassVar[Mapping[str, str]] = {"mi": "mean", "sdi": "sd", "ni": "n"}
    rules: ClassVar[Mapping[str, Rule]] = {"sd": ABOVE_ZERO, "n": SIZE}

    @abstractmethod
    def estimate(self, group: Group) -> tuple[Floats, Floats]:
        """Compute estimates and variances, (k,), from the group's summaries."""

    @override
    def compute(self, table: pd.DataFrame) -> tuple[Floats, Floats]:
        named = self.complete(table)
        unknown = np.full(len(named), np.nan)
        held = Group(*(arms(named, c)[0] if c in self.needs else unknown for c in Group._fields))
        with np.errstate(all="ignore"):
            return finite(*self.estimate(held))
