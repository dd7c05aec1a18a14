"""Does a declaration fit its trial table? Every name in it that does not, all at once."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

from consilience import classical, measures
from consilience.errors import ConsilienceError, Problem
from consilience.measures import Measure
from consilience.new_trial import OF_ARMS
from consilience.review.attempts import faults_of
from consilience.review.check_grid import grid_problems, known_levels, unknown
from consilience.review.conversions import Mask, conversion_problems
from consilience.review.declared import (
    NO_DIAL,
    BiasDial,
    Declaration,
    Exclusion,
    Plan,
    PriorMap,
    Selection,
    Variation,
    WeeksChoice,
)
from consilience.review.findings import finding_problems
from consilience.review.foreseen import new_trial
from consilience.review.shared import dependence_problems
from consilience.trials.columns import ALIASES
from consilience.trials.rows import row_names

COLUMNS = ("trial", "study", "year", "outcome", "scale", "timepoint")
"""Columns that a review's table has beyond those that its measure needs."""


def absent_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that every review's table has and this one lacks.

    Parameters
    ----------
    columns : iterable of str
        Those of the table.
    """
    held = {ALIASES.get(name, name) for name in columns}
    return tuple(name for name in COLUMNS if name not in held and name != "study")


def shape_problems(table: pd.DataFrame) -> tuple[Problem, ...]:
    """Find the columns that every review's table has and this one lacks, and nameless trials."""
    both = {"trial", "study"} <= set(table)
    nameless = row_names(table["study"])[table["trial"].isna()] if both else ()
    return (
        *_absent(table, COLUMNS),
        *(Problem("The row has no trial", "Name it.", row, "trial") for row in nameless),
    )


def measure_problems(
    table: pd.DataFrame, measure: Measure, *, lacking: Mask
) -> tuple[Problem, ...]:
    """Find the columns that the measure needs and the table lacks, where no row has its effect."""
    if not lacking.all():
        return ()
    either = () if set(measure.either) & set(table) else measure.either[:1]
    return tuple(_absent(table, (*measure.needs, *either)))


def declaration_problems(declared: Declaration, table: pd.DataFrame) -> tuple[Problem, ...]:
    """Find the names in a declaration that are not in the table, or not among themselves."""
    return (
        *_measure(declared),
        *_selection(declared.selection, table),
        *_plan(declared.plan, table),
        *conversion_problems(declared),
        *dependence_problems(declared.dependence),
        *grid_problems(declared, table),
        *finding_problems(declared.findings, known_levels(declared)),
        *(fault for one in declared.sensitivity for fault in _variation(one, table)),
        *unknown("labels", declared.labels, known=table["trial"]),
    )


def _absent(table: pd.DataFrame, columns: Iterable[str]) -> Iterator[Problem]:
    for column in columns:
        if column not in table:
            yield Problem("trials.csv has no such column", "Add it.", column=column)


def _measure(declared: Declaration) -> Iterator[Problem]:
    yield from unknown("measure", [declared.measure], known=measures.REGISTRY)
    for place, one in enumerate(declared.grid.outcomes, 1):
        named = [one.measure] if one.measure else []
        yield from unknown(f"grid.outcomes[{place}].measure", named, known=measures.REGISTRY)


def _selection(selection: Selection, table: pd.DataFrame) -> Iterator[Problem]:
    trials = table["trial"]
    yield from unknown("selection.outcomes", selection.outcomes, known=table["outcome"])
    times = [selection.timepoint] if selection.timepoint else []
    yield from unknown("selection.timepoint", times, known=table["timepoint"])
    for one in selection.exclude:
        yield from _excluded(one, table)
    for shared in selection.shared_control:
        yield from unknown("selection.shared_control", (shared.use, *shared.leave), known=trials)
    for choice in selection.scale:
        yield from unknown("selection.scale", [choice.trial], known=trials)
        scales = table.loc[trials == choice.trial, "scale"]
        yield from unknown("selection.scale", [choice.scale], known=scales)
    for time in selection.weeks:
        yield from _weeks(time, table)


def _excluded(one: Exclusion, table: pd.DataFrame) -> Iterator[Problem]:
    key, own = "selection.exclude", table["trial"] == one.trial
    yield from unknown(key, [one.trial], known=table["trial"])
    for column, name in (("outcome", one.outcome), ("scale", one.scale)):
        yield from unknown(key, [name] if name and own.any() else [], known=table[column][own])


def _weeks(choice: WeeksChoice, table: pd.DataFrame) -> Iterator[Problem]:
    key, own = "selection.weeks", table["trial"] == choice.trial
    yield from unknown(key, [choice.trial], known=table["trial"])
    if "weeks" not in table:
        yield Problem("trials.csv has no such column", "Add it.", column="weeks")
    elif own.any() and choice.weeks not in set(table["weeks"][own]):
        held = ", ".join(f"{weeks:g}" for weeks in table["weeks"][own].dropna().unique())
        what = f"review.toml, key `{key}`: the trial has no row at so many weeks"
        yield Problem(what, f"Choose from: {held}.", choice.trial, "weeks", f"{choice.weeks:g}")


def _plan(plan: Plan, table: pd.DataFrame) -> Iterator[Problem]:
    yield from unknown("plan.primary", [plan.primary], known=plan.models)
    yield from unknown("plan.estimators", plan.estimators, known=classical.REGISTRY)
    yield from unknown("plan.subgroups", plan.subgroups, known=table.columns)
    if not 0 < plan.level < 1:
        what, remedy = "This is no probability", "Give one between 0 and 1, such as 0.95."
        yield Problem(f"review.toml, key `plan.level`: {what}", remedy, value=str(plan.level))
    yield from _prior_map(plan.prior_map)
    yield from _bias_dial(plan.bias_dial, table)
    for trial in plan.new_trials:
        yield from _new_trial(trial, table)


def _prior_map(asked: PriorMap) -> Iterator[Problem]:
    for name, ends in (("location", asked.location), ("scale", asked.scale)):
        if ends and not (len(ends) == 2 and np.all(np.isfinite(ends)) and ends[0] < ends[1]):
            what = f"review.toml, key `plan.prior_map.{name}`: this is no range"
            remedy = "Give two numbers, the smaller one first, such as [0.1, 2.0]."
            yield Problem(what, remedy, value=str(list(ends)))
    if any(end <= 0.0 for end in asked.scale):
        what = "review.toml, key `plan.prior_map.scale`: a standard deviation is above 0"
        yield Problem(what, "Begin above 0.", value=str(list(asked.scale)))
    if not np.isfinite(asked.threshold):
        what = "review.toml, key `plan.prior_map.threshold`: this is no finite number"
        yield Problem(what, "Give one, such as 0.0.", value=str(asked.threshold))


def _bias_dial(dial: BiasDial, table: pd.DataFrame) -> Iterator[Problem]:
    if dial == NO_DIAL:
        return
    key = "plan.bias_dial"
    yield from unknown(f"{key}.column", [dial.column], known=table.columns)
    held = table[dial.column].dropna().astype(str) if dial.column in table else ()
    yield from unknown(f"{key}.levels", dial.levels, known=held)
    if not dial.levels:
        what, remedy = "no level is in doubt", "Name what stands there for the trials in doubt."
        yield Problem(f"review.toml, key `{key}.levels`: {what}", remedy)


def _new_trial(trial: Mapping[str, str | int | float], table: pd.DataFrame) -> Iterator[Problem]:
    key = "plan.new_trials"
    yield from unknown(key, trial, known=("name", "n1", "n2", "sei", *OF_ARMS, *table.columns))
    sized = {"sei", "person_time1"} & set(trial)
    needed = ("name",) if sized else ("name", "n1", "n2")
    for name in needed:
        if name not in trial:
            what, remedy = f"a new trial has no {name}", "Give its name and its size, n1 and n2."
            yield Problem(f"review.toml, key `{key}`: {what}", remedy, value=str(dict(trial)))
    try:
        new_trial(trial)
    except ConsilienceError as error:
        yield from faults_of(error, f"review.toml, key `{key}`")


def _variation(variation: Variation, table: pd.DataFrame) -> Iterator[Problem]:
    key = f"sensitivity ({variation.name})"
    yield from unknown(key, variation.without, known=table["trial"])
    for pick in variation.add:
        yield from unknown(key, [pick.trial], known=table["trial"])
        scales = table.loc[table["trial"] == pick.trial, "scale"]
        yield from unknown(key, [pick.scale] if pick.scale else [], known=scales)
