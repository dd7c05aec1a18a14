"""Events and person-time of one group: what all measures of a rate share."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np
import pandas as pd

from consilience.errors import Problem
from consilience.measures.base import Floats, Measure, arms, finite
from consilience.measures.one_group import OneGroup
from consilience.measures.rules import COUNT, PERSON_TIME
from consilience.measures.zero_cells import ZeroCells
from consilience.trials.checks import Rule
from consilience.trials.rows import row_names


@dataclass(frozen=True, slots=True)
class OneRate(OneGroup):
    """A measure of `events` in `person_time`.

    Parameters
    ----------
    add, to
        What is done about rows without events, as `ZeroCells` says.

    Raises
    ------
    ModelError
        For a setting that is none.
    """

    add: float = 0.5
    to: str = "only0"

    needs: ClassVar[tuple[str, ...]] = ("events", "person_time")
    aliases: ClassVar[Mapping[str, str]] = {"xi": "events", "ti": "person_time"}
    rules: ClassVar[Mapping[str, Rule]] = {"events": COUNT, "person_time": PERSON_TIME}

    def __post_init__(self) -> None:
        """Refuse settings that are none."""
        Measure.__post_init__(self)
        ZeroCells(self.add, self.to)

    @abstractmethod
    def estimate(self, x: Floats, t: Floats) -> tuple[Floats, Floats]:
        """Compute estimates and variances, (k,), from events and person-time."""

    @override
    def compute(self, table: pd.DataFrame) -> tuple[Floats, Floats]:
        x, t = arms(self.complete(table), *self.needs)
        (x,) = ZeroCells(self.add, self.to).adjust((x,), np.zeros(len(x), dtype=bool))
        with np.errstate(all="ignore"):
            return finite(*self.estimate(x, t))

    @override
    def notes(self, table: pd.DataFrame) -> tuple[str, ...]:
        (x,) = arms(self.complete(table), "events")
        names = row_names(table["study"]).to_numpy()
        return ZeroCells(self.add, self.to).notes(names, (x,), np.zeros(len(x), dtype=bool))

    @override
    def contradictions(self, table: pd.DataFrame) -> tuple[Problem, ...]:
        remedy = "Add a constant (add=0.5, to='only0'), or use IRS or IRFT."
        return self.without_value(table, column="events", remedy=remedy)
