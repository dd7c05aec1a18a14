"""Events and person-time of two arms: what all measures of two rates share."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, override

import numpy as np
import pandas as pd

from consilience.errors import Problem
from consilience.measures.base import Floats, Mask, Measure, arms, finite, unit_information_sd
from consilience.measures.rules import COUNT, PERSON_TIME
from consilience.measures.sizes import scaled_by_arms
from consilience.measures.zero_cells import ZeroCells
from consilience.trials.checks import Rule
from consilience.trials.rows import row_names


class Rates(NamedTuple):
    """Events (after the zero-cell policy) and person-time of each row's arms, (k,)."""

    x1: Floats
    """Events with the intervention."""
    t1: Floats
    """Person-time with the intervention."""
    x2: Floats
    """Events with the comparator."""
    t2: Floats
    """Person-time with the comparator."""


@dataclass(frozen=True, slots=True)
class TwoRates(Measure):
    """A measure of two rates: `events1` in `person_time1` against `events2` in `person_time2`.

    Parameters
    ----------
    add, to, drop00
        What is done about zero counts, as `ZeroCells` says; the constant goes to the events.

    Raises
    ------
    ModelError
        For a setting that is none.
    """

    add: float = 0.5
    to: str = "only0"
    drop00: bool = False

    needs: ClassVar[tuple[str, ...]] = ("events1", "person_time1", "events2", "person_time2")
    aliases: ClassVar[Mapping[str, str]] = {
        "x1i": "events1",
        "t1i": "person_time1",
        "x2i": "events2",
        "t2i": "person_time2",
    }
    rules: ClassVar[Mapping[str, Rule]] = {
        **dict.fromkeys(("events1", "events2"), COUNT),
        **dict.fromkeys(("person_time1", "person_time2"), PERSON_TIME),
    }

    def __post_init__(self) -> None:
        """Refuse settings that are none."""
        Measure.__post_init__(self)
        self._zeros()

    @abstractmethod
    def estimate(self, rates: Rates) -> tuple[Floats, Floats]:
        """Compute estimates and variances, (k,), from events and person-time."""

    @override
    def compute(self, table: pd.DataFrame) -> tuple[Floats, Floats]:
        x1, t1, x2, t2 = arms(self.complete(table), *self.needs)
        x1, x2 = self._zeros().adjust((x1, x2), (x1 == 0) & (x2 == 0))
        with np.errstate(all="ignore"):
            return finite(*self.estimate(Rates(x1, t1, x2, t2)))

    @override
    def notes(self, table: pd.DataFrame) -> tuple[str, ...]:
        x1, x2 = arms(self.complete(table), "events1", "events2")
        names = row_names(table["study"]).to_numpy()
        return self._zeros().notes(names, (x1, x2), (x1 == 0) & (x2 == 0))

    @override
    def contradictions(self, table: pd.DataFrame) -> tuple[Problem, ...]:
        remedy = "Add a constant (add=0.5, to='only0') or leave such rows out (drop00=True)."
        return self.without_value(table, column="events1", remedy=remedy)

    @override
    def dropped(self, table: pd.DataFrame) -> Mask:
        x1, x2 = arms(self.complete(table), "events1", "events2")
        return (x1 == 0) & (x2 == 0) & self.drop00

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return the unit-information standard deviation, NaN without participants."""
        return unit_information_sd(table, v)

    @override
    def new_variance(self, theta: Floats, *, n1: int, n2: int, observed: pd.DataFrame) -> Floats:
        """Return the average variance of the observed trials, scaled to the new arms.

        The new trial is taken to observe its participants for as long as the others did.
        """
        return scaled_by_arms(theta, n1=n1, n2=n2, observed=observed)

    def _zeros(self) -> ZeroCells:
        return ZeroCells(self.add, self.to, self.drop00)
