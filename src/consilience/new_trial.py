"""A trial that has not been done yet."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from numbers import Real
from types import MappingProxyType

import numpy as np
import pandas as pd

from consilience.errors import DataError, ModelError, Problem
from consilience.priors import REGISTRY, Prior, adopt

SIZES = ("person_time1", "person_time2", "sd1", "sd2")
"""What an arm may have besides its participants."""
BASELINES: Mapping[str, tuple[float, float]] = {
    "risk2": (0.0, 1.0),
    "rate2": (0.0, np.inf),
    "mean2": (-np.inf, np.inf),
}
"""What may be stated about the comparator, and between which numbers it lies."""
OF_ARMS = (*SIZES, *BASELINES)
"""What is no moderator but speaks of the arms."""

type Stated = float | str | Prior
"""A number, the name of a trial that was seen, or a distribution."""


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
    **columns
        Its intervention_type, comparator_type and whatever else the model asks for. Of trials whose
        arms' own data are to be foreseen also ``person_time1, person_time2`` (events over time),
        ``sd1, sd2`` (standard deviations of the participants of both arms), and one of ``risk2``,
        ``rate2``, ``mean2``: the comparator's risk, its rate for one unit of person-time, or its
        mean, as a number, as a distribution (``priors.Beta(3.0, 17.0)``), or as the name of a trial
        that was seen, whose own it then is.

    Raises
    ------
    DataError
        If the size is not possible: fewer than two in an arm, sei, person-time or SD ≤ 0; a risk
        outside 0 and 1, a rate not above 0.
    ModelError
        If two of risk2, rate2 and mean2 are given, or a distribution reaches beyond what they are.
    """

    n1: int | None
    n2: int | None
    sei: float | None
    name: str
    moderators: Mapping[str, str | float]
    arms: Mapping[str, float]
    baseline: Mapping[str, Stated]

    def __init__(
        self,
        n1: int | None = None,
        n2: int | None = None,
        *,
        sei: float | None = None,
        name: str = "",
        **columns: Stated,
    ) -> None:
        put = object.__setattr__
        put(self, "n1", n1)
        put(self, "n2", n2)
        put(self, "sei", sei)
        own = {key: adopt(value) for key, value in columns.items()}
        moderators = {k: v for k, v in own.items() if k not in OF_ARMS}
        put(self, "name", name or ", ".join(str(value) for value in moderators.values()) or "new")
        put(self, "moderators", MappingProxyType(moderators))
        put(self, "arms", MappingProxyType({k: own[k] for k in SIZES if k in own}))
        put(self, "baseline", MappingProxyType({k: own[k] for k in BASELINES if k in own}))
        _refuse_clash(self)
        problems = [*_arm(self, "n1"), *_arm(self, "n2"), *_error(self), *_sizes(self)]
        problems += _impossible(self)
        if problems:
            raise DataError(problems)

    @property
    def sized(self) -> bool:
        """Whether the precision of its estimate is known."""
        return self.sei is not None or (self.n1 is not None and self.n2 is not None)

    def size(self, column: str) -> float | None:
        """Give what stands in a column about the arms' size; None where nothing does."""
        return {"n1": self.n1, "n2": self.n2, **self.arms}.get(column)


def stated(text: str) -> Stated:
    """Read what is stated of a comparator: a number, ``Beta(3, 17)``, or else a trial's name.

    Parameters
    ----------
    text : str

    Raises
    ------
    ModelError
        For a distribution that cannot be set up.
    """
    with suppress(ValueError):
        return float(text)
    name, opened, rest = text.strip().partition("(")
    if not (name in REGISTRY and opened and rest.endswith(")")):
        return text
    try:
        return REGISTRY[name](*(float(each) for each in rest[:-1].split(",")))
    except (TypeError, ValueError) as error:
        raise ModelError(
            f"{text!r} is no distribution: {error}. Write it as Beta(3, 17)."
        ) from error


def as_table(trials: tuple[NewTrial, ...]) -> pd.DataFrame:
    """Lay new trials out as a table, one row each, with their moderators as columns."""
    rows = [dict(trial.moderators) for trial in trials]
    return pd.DataFrame(rows, index=[trial.name for trial in trials])


def _arm(trial: NewTrial, column: str) -> list[Problem]:
    """Find what is wrong with the size of an arm; both are given, or neither."""
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


def _sizes(trial: NewTrial) -> list[Problem]:
    """Find sizes of arms that are no finite number above zero."""
    remedy = "Give a finite number above 0."
    return [
        Problem("no possible size", remedy, trial.name, column, str(value))
        for column, value in trial.arms.items()
        if not (_number(value) and 0.0 < value < np.inf)
    ]


def _impossible(trial: NewTrial) -> list[Problem]:
    """Find a number that the comparator cannot have."""
    found = []
    for column, value in trial.baseline.items():
        low, high = BASELINES[column]
        if isinstance(value, Prior) or (isinstance(value, str) and value.strip()):
            continue
        if not (_number(value) and low < float(value) < high):
            remedy = (
                f"Give a number between {low:g} and {high:g}, a distribution, or a trial's name."
            )
            what = "the comparator cannot have this"
            found.append(Problem(what, remedy, trial.name, column, str(value)))
    return found


def _refuse_clash(trial: NewTrial) -> None:
    """Refuse two baselines, and a distribution that leaves the range of its own."""
    if len(trial.baseline) > 1:
        raise ModelError(
            f"The new trial {trial.name!r} states {' and '.join(trial.baseline)}. Give the one "
            "that belongs to the model: risk2 of events, rate2 of events over time, mean2 of means."
        )
    for column, value in trial.baseline.items():
        low, high = BASELINES[column]
        within = isinstance(value, Prior) and value.proper
        if isinstance(value, Prior) and not (
            within and low <= value.support[0] and value.support[1] <= high
        ):
            raise ModelError(
                f"The distribution of {column} of the new trial {trial.name!r}, {value.label}, is "
                f"improper or reaches beyond {low:g} and {high:g}. Take one that lies within, such "
                f"as {_SUCH[column]}."
            )


_SUCH = {"risk2": "Beta(3, 17)", "rate2": "LogNormal", "mean2": "Normal"}


def _number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
