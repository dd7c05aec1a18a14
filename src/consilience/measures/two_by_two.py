"""Events and participants of two arms: what all measures of a two-by-two table share."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, override

import numpy as np
import pandas as pd

from consilience.errors import Problem
from consilience.measures.base import Floats, Mask, Measure, arms, finite, weighted
from consilience.measures.checks import at
from consilience.measures.rules import COUNT, GROUP
from consilience.measures.sizes import scaled_by_arms
from consilience.measures.zero_cells import ZeroCells
from consilience.trials.checks import Rule
from consilience.trials.rows import row_names


class Cells(NamedTuple):
    """The four cells of each row's table, (k,), after the zero-cell policy."""

    a: Floats
    """Events with the intervention."""
    b: Floats
    """Participants without the event, with the intervention."""
    c: Floats
    """Events with the comparator."""
    d: Floats
    """Participants without the event, with the comparator."""

    @property
    def n1(self) -> Floats:
        """Participants with the intervention."""
        return self.a + self.b

    @property
    def n2(self) -> Floats:
        """Participants with the comparator."""
        return self.c + self.d

    @property
    def p1(self) -> Floats:
        """Risk with the intervention."""
        return self.a / self.n1

    @property
    def p2(self) -> Floats:
        """Risk with the comparator."""
        return self.c / self.n2

    @property
    def average(self) -> "Cells":
        """The cells that each row would have, had it the average risks over all rows."""
        p1, p2 = weighted(self.p1, self.n1), weighted(self.p2, self.n2)
        n1, n2 = self.n1, self.n2
        return Cells(p1 * n1, (1 - p1) * n1, p2 * n2, (1 - p2) * n2)


type Variance = Callable[[Cells], Floats]


@dataclass(frozen=True, slots=True)
class TwoByTwo(Measure):
    """A measure of a two-by-two table: `events1` of `n1` against `events2` of `n2`.

    Parameters
    ----------
    add, to, drop00
        What is done about zero counts, as `ZeroCells` says.

    Raises
    ------
    ModelError
        For a setting that is none.
    """

    add: float = 0.5
    to: str = "only0"
    drop00: bool = False

    needs: ClassVar[tuple[str, ...]] = ("events1", "n1", "events2", "n2")
    aliases: ClassVar[Mapping[str, str]] = {
        "ai": "events1",
        "bi": "nonevents1",
        "ci": "events2",
        "di": "nonevents2",
        "n1i": "n1",
        "n2i": "n2",
    }
    rules: ClassVar[Mapping[str, Rule]] = {
        **dict.fromkeys(("events1", "events2", "nonevents1", "nonevents2"), COUNT),
        **dict.fromkeys(("n1", "n2"), GROUP),
    }
    unit: ClassVar[float]

    def __post_init__(self) -> None:
        """Refuse settings that are none."""
        Measure.__post_init__(self)
        self._zeros()

    @abstractmethod
    def estimate(self, cells: Cells) -> tuple[Floats, Floats]:
        """Compute estimates and variances, (k,), from the cells."""

    @override
    def compute(self, table: pd.DataFrame) -> tuple[Floats, Floats]:
        with np.errstate(all="ignore"):
            return finite(*self.estimate(self.cells(table)))

    def cells(self, table: pd.DataFrame) -> Cells:
        """Return the cells of each row after the zero-cell policy.

        Parameters
        ----------
        table : DataFrame, k rows

        Returns
        -------
        Cells
            NaN in a row that the policy leaves out.
        """
        whole = self.complete(table)
        return Cells(*self._zeros().adjust(_cells(whole), _empty(whole)))

    @override
    def notes(self, table: pd.DataFrame) -> tuple[str, ...]:
        whole = self.complete(table)
        names = row_names(whole["study"]).to_numpy()
        return self._zeros().notes(names, _cells(whole), _empty(whole))

    @override
    def complete(self, table: pd.DataFrame) -> pd.DataFrame:
        named = Measure.complete(self, table)
        for arm in (1, 2):
            named = with_total(named, f"n{arm}", (f"events{arm}", f"nonevents{arm}"))
        return named

    @override
    def contradictions(self, table: pd.DataFrame) -> tuple[Problem, ...]:
        found = [fault for arm in (1, 2) for fault in _impossible(table, str(arm))]
        return tuple(found) or self._infinite(table)

    @override
    def dropped(self, table: pd.DataFrame) -> Mask:
        return _empty(self.complete(table)) & self.drop00

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return the SD of one participant's worth in two equal arms with a risk of one half."""
        return self.unit

    @override
    def new_variance(self, theta: Floats, *, n1: int, n2: int, observed: pd.DataFrame) -> Floats:
        """Return the average variance of the observed trials, scaled to the new arms."""
        return scaled_by_arms(theta, n1=n1, n2=n2, observed=observed)

    def _zeros(self) -> ZeroCells:
        return ZeroCells(self.add, self.to, self.drop00)

    def _infinite(self, table: pd.DataFrame) -> tuple[Problem, ...]:
        """Name rows whose effect or variance is infinite under the policy for zero cells."""
        remedy = (
            "Add a constant (add=0.5, to='only0'), leave such rows out (drop00=True), or take a "
            "measure that knows zero counts."
        )
        return self.without_value(table, column="events1", remedy=remedy)


def with_total(table: pd.DataFrame, total: str, parts: tuple[str, str]) -> pd.DataFrame:
    """Fill a total from its two parts where it is missing."""
    if not set(parts) <= set(table):
        return table
    summed = pd.to_numeric(table[parts[0]], errors="coerce") + pd.to_numeric(
        table[parts[1]], errors="coerce"
    )
    given = table[total].where(table[total].notna(), summed) if total in table else summed
    return table.assign(**{total: given})


def _cells(table: pd.DataFrame) -> tuple[Floats, Floats, Floats, Floats]:
    events1, n1, events2, n2 = arms(table, "events1", "n1", "events2", "n2")
    return events1, n1 - events1, events2, n2 - events2


def _empty(table: pd.DataFrame) -> Mask:
    a, b, c, d = _cells(table)
    return ((a == 0) & (c == 0)) | ((b == 0) & (d == 0))


def _impossible(table: pd.DataFrame, arm: str) -> tuple[Problem, ...]:
    return total_problems(table, f"n{arm}", (f"events{arm}", f"nonevents{arm}"))


def total_problems(table: pd.DataFrame, total: str, parts: tuple[str, str]) -> tuple[Problem, ...]:
    """Find the rows with more events than people, or whose parts do not add up to their total."""
    (whole, events) = arms(table, total, parts[0])
    remedy = f"Check {parts[0]} and {total} in the source: participants are counted once."
    more = at(
        table,
        events > whole,
        column=parts[0],
        what="There are more events than participants",
        remedy=remedy,
    )
    if parts[1] not in table:
        return more
    (others,) = arms(table, parts[1])
    what = f"{parts[0]} and {parts[1]} do not add up to {total}"
    return (*more, *at(table, whole != events + others, column=total, what=what, remedy=remedy))
