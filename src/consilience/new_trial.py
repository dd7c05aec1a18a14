"""A trial that has not been done yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from types import MappingProxyType

import numpy as np
import pandas as pd

from consilience.errors import DataError, Problem


@dataclass(frozen=True, slots=True, init=False, eq=False)
class NewTrial:
    """A trial to be foreseen: its size, and what is known about it.

    Parameters
    ----------
    n1, n2 : int, optional
        Participants in the intervention and the comparator arm.
    sei : float, optional
        Standard error that its estimate will have, in place of its size.
    name : str
        Its name in tables; made of its moderators if empty.
    **moderators
        Its intervention_type, comparator_type and whatever else the model asks for.

    Raises
    ------
    DataError
        If the size is not possible: fewer than two in an arm, or sei ≤ 0.
    """

    n1: int | None
    n2: int | None
    sei: float | None
    name: str
    moderators: Mapping[str, str | float]

    def __init__(
        self,
        n1: int | None = None,
        n2: int | None = None,
        *,
        sei: float | None = None,
        name: str = "",
        **moderators: str | float,
    ) -> None:
        put = object.__setattr__
        put(self, "n1", n1)
        put(self, "n2", n2)
        put(self, "sei", sei)
        put(self, "name", name or ", ".join(str(value) for value in moderators.values()) or "new")
        put(self, "moderators", MappingProxyType(dict(moderators)))
        problems = [*_arm(self, "n1"), *_arm(self, "n2"), *_error(self)]
        if problems:
            raise DataError(problems)

    @property
    def sized(self) -> bool:
        """Whether the precision of its estimate is known."""
        return self.sei is not None or (self.n1 is not None and self.n2 is not None)


def as_table(trials: tuple[NewTrial, ...]) -> pd.DataFrame:
    """Lay new trials out as a table, one row each, with their moderators as columns."""
    rows = [dict(trial.moderators) for trial in trials]
    return pd.DataFrame(rows, index=[trial.name for trial in trials])


def _arm(trial: NewTrial, column: str) -> list[Problem]:
    n = getattr(trial, column)
    other = trial.n2 if column == "n1" else trial.n1
    if n is None:
        missing = other is not None and trial.sei is None
        remedy = "Give the size of both arms, or sei."
        return [Problem("only one arm's size is given", remedy, trial.name, column)] * missing
    whole = isinstance(n, int | np.integer) and not isinstance(n, bool) and n >= 2
    remedy = "An arm has a whole number of at least 2 participants."
    return [] if whole else [Problem("no possible arm size", remedy, trial.name, column, str(n))]


def _error(trial: NewTrial) -> list[Problem]:
    if trial.sei is None or (isinstance(trial.sei, Real) and 0.0 < trial.sei < np.inf):
        return []
    remedy = "A standard error is a finite number above 0."
    return [Problem("no possible standard error", remedy, trial.name, "sei", str(trial.sei))]
