"""Events and participants of one group: what all measures of a proportion share."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, override

import numpy as np
import pandas as pd

from consilience.errors import Problem
from consilience.measures.base import Floats, Mask, Measure, arms, finite, weighted
from consilience.measures.one_group import OneGroup
from consilience.measures.rules import COUNT, GROUP
from consilience.measures.two_by_two import total_problems, with_total
from consilience.measures.zero_cells import ZeroCells
from consilience.trials.checks import Rule
from consilience.trials.rows import row_names


class Proportion(NamedTuple):
    """Events and participants of each row, (k,), after the zero-cell policy."""

    x: Floats
    """Events."""
    n: Floats
    """Participants."""

    @property
    def p(self) -> Floats:
        """The proportion."""
        return self.x / self.n

    @property
    def average(self) -> "Proportion":
        """The events that each row would have, had it the average proportion over all rows."""
        return Proportion(weighted(self.p, self.n) * self.n, self.n)


@dataclass(frozen=True, slots=True)
class OneProportion(OneGroup):
    """A measure of `events` among `n` participants.

    Parameters
    ----------
    add, to
        What is done about rows with no event, or with only events, as `ZeroCells` says.

    Raises
    ------
    ModelError
        For a setting that is none.
    """

    add: float = 0.5
    to: str = "only0"

    needs: ClassVar[tuple[str, ...]] = ("events", "n")
    aliases: ClassVar[Mapping[str, str]] = {"xi": "events", "mi": "nonevents", "ni": "n"}
    rules: ClassVar[Mapping[str, Rule]] = {"events": COUNT, "nonevents": COUNT, "n": GROUP}

    def __post_init__(self) -> None:
        """Refuse settings that are none."""
        Measure.__post_init__(self)
        ZeroCells(self.add, self.to)

    @abstractmethod
    def estimate(self, given: Proportion) -> tuple[Floats, Floats]:
        """Compute estimates and variances, (k,), from events and participants."""

    @override
    def compute(self, table: pd.DataFrame) -> tuple[Floats, Floats]:
        x, rest = ZeroCells(self.add, self.to).adjust(*self._counts(table))
        with np.errstate(all="ignore"):
            return finite(*self.estimate(Proportion(x, x + rest)))

    @override
    def notes(self, table: pd.DataFrame) -> tuple[str, ...]:
        names = row_names(table["study"]).to_numpy()
        return ZeroCells(self.add, self.to).notes(names, *self._counts(table))

    @override
    def complete(self, table: pd.DataFrame) -> pd.DataFrame:
        return with_total(Measure.complete(self, table), "n", ("events", "nonevents"))

    @override
    def contradictions(self, table: pd.DataFrame) -> tuple[Problem, ...]:
        """Name rows whose sums do not fit, or whose proportion has no finite value."""
        found = total_problems(table, "n", ("events", "nonevents"))
        if found:
            return found
        remedy = "Add a constant (add=0.5, to='only0'), or use PAS or PFT."
        return self.without_value(table, column="events", remedy=remedy)

    def _counts(self, table: pd.DataFrame) -> tuple[tuple[Floats, Floats], Mask]:
        x, n = arms(self.complete(table), "events", "n")
        return (x, n - x), np.zeros(len(x), dtype=bool)
