"""The arms' columns of a trial table, read and checked before any likelihood sees them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consilience.convert import turns
from consilience.effects import Effects
from consilience.errors import DataError, ModelError, Problem
from consilience.gaussian import Array

type Test = Callable[[Array], NDArray[np.bool_]]

_LEFT = "or leave the trial out by effects.without(...)."


@dataclass(frozen=True, slots=True)
class Demand:
    """What the numbers of a column must be.

    Parameters
    ----------
    holds : callable
        Says of values (k,) which are right.
    what, remedy : str
        The fault in words, and what to do about it.
    """

    holds: Test
    what: str
    remedy: str


EVENTS = Demand(
    lambda x: (x >= 0) & (x == np.round(x)),
    "This is no count: it must be whole and not negative",
    f"Give the number of events as it was observed, without a correction, {_LEFT}",
)
PEOPLE = Demand(
    lambda x: (x >= 1) & (x == np.round(x)),
    "This is no number of participants: it must be whole and at least 1",
    f"Give the participants analysed in this arm, {_LEFT}",
)
TIME = Demand(
    lambda x: x > 0,
    "This is no person-time: it must be above zero",
    f"Give the total time at risk of this arm, {_LEFT}",
)
SAMPLE = Demand(
    lambda x: (x >= 2) & (x == np.round(x)),
    "An arm whose standard deviation is unknown has a whole number of at least 2 participants",
    f"Give the participants measured in this arm, {_LEFT}",
)
SPREAD = Demand(
    lambda x: x > 0,
    "This is no standard deviation: it must be above zero",
    f"Give the standard deviation of the participants, not of the mean, {_LEFT}",
)
MEAN = Demand(np.isfinite, "This is no number", f"Give the mean of this arm, {_LEFT}")


def read(effects: Effects, demands: Mapping[str, Demand], *, reader: str) -> dict[str, Array]:
    """Read columns as arrays (k,).

    Parameters
    ----------
    effects : Effects
        The trials.
    demands : mapping of str to Demand
        The columns, and what their numbers must be.
    reader : str
        The likelihood that asks, for the messages.

    Raises
    ------
    DataError
        With every fault at once: study, column, value and remedy; columns that are not there, cells
        that are empty or impossible, more events than participants.
    """
    absent = [name for name in demands if name not in effects.table]
    if absent:
        remedy = f"The {reader} likelihood reads {', '.join(demands)}; add the column, or use "
        remedy += "likelihoods.Normal() on the estimates."
        raise DataError([Problem("The column is not there", remedy, "", name) for name in absent])
    found = {name: _floats(effects, name) for name in demands}
    problems = [
        problem
        for name, demand in demands.items()
        for problem in _faults(effects, name, demand, values=found[name])
    ]
    problems += [each for arm in "12" for each in _overfull(effects, found, arm)]
    if problems:
        raise DataError(problems)
    return found


def native(effects: Effects) -> Array:
    """Give the signs (k,) that turn effects back into intervention minus comparator."""
    return turns(effects.table, effects.measure) if effects.directed else np.ones(effects.k)


def refuse_measure(effects: Effects, codes: tuple[str, ...], *, reader: str) -> None:
    """Say nothing if the likelihood speaks about the effects' measure.

    Raises
    ------
    ModelError
        If it does not; the message names the measures that it does speak about.
    """
    if effects.measure.code not in codes:
        named = " or ".join(f"cs.effect_sizes(trials, {code!r})" for code in codes)
        raise ModelError(
            f"The {reader} likelihood is about the measure {' or '.join(codes)}, and these effects "
            f"are {effects.measure.code} ({effects.measure.label}). Compute them by {named}, or "
            "choose the likelihood or link that belongs to them."
        )


def refuse_shared(effects: Effects, *, reader: str) -> None:
    """Say nothing if no two estimates share participants.

    Raises
    ------
    ModelError
        If some do: their arms would be counted twice.
    """
    if not effects.shared.independent:
        at = effects.shared.members[0]
        names = ", ".join(effects.labels[place] for place in at)
        raise ModelError(
            f"The {reader} likelihood takes every arm for participants of its own, but {names} "
            "share theirs. Keep one comparison of each trial, or use likelihoods.Normal()."
        )


def _floats(effects: Effects, name: str) -> Array:
    column = effects.table[name]
    try:
        return column.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"The column {name!r} holds something that is no number ({error}). Correct the cells."
        ) from error


def _faults(effects: Effects, name: str, demand: Demand, *, values: Array) -> Iterator[Problem]:
    with np.errstate(invalid="ignore"):
        right = np.isfinite(values) & demand.holds(values)
    for place in np.flatnonzero(~right):
        value, study = values[place], effects.labels[place]
        empty = np.isnan(value)
        what = "The cell is empty" if empty else demand.what
        yield Problem(what, demand.remedy, study, name, "" if empty else f"{value:g}")


def _overfull(effects: Effects, found: Mapping[str, Array], arm: str) -> Iterator[Problem]:
    events, people = f"events{arm}", f"n{arm}"
    if events not in found or people not in found:
        return
    for place in np.flatnonzero(found[events] > found[people]):
        yield Problem(
            f"More events than participants ({people} = {found[people][place]:g})",
            "Give the participants with the event, not the events, or use likelihoods.Poisson().",
            effects.labels[place],
            events,
            f"{found[events][place]:g}",
        )
