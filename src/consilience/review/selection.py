"""One status for every row of a trial table: used, or left out and why."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.errors import DataError, Problem
from consilience.measures import Measure
from consilience.review.conversions import Converted, rules_of
from consilience.review.declared import Declaration, Exclusion, Pick, Selection, SharedControl
from consilience.review.printed import no_effect

type Reasons = pd.Series
"""Why each row is left out, (rows,); empty where the rule has nothing against it."""

_WHEN = {"post": "the end of treatment (post)"}


def candidates(made: Converted, declared: Declaration, *, measure: Measure) -> Reasons:
    """Say for each row why it cannot answer the question, whatever the other rows are.

    Parameters
    ----------
    made : Converted
        The whole trial table after the declared conversions.
    declared : Declaration
    measure : Measure
        It says which columns a row must fill.
    """
    table, selection = made.trials.frame, declared.selection
    return first(
        _other_outcome(table, selection),
        _other_timepoint(table, selection),
        no_effect(made, measure, rules=rules_of(declared.conversions)),
    )


def choose(made: Converted, declared: Declaration, *, measure: Measure) -> Reasons:
    """Say for each row why it is left out; the rows without a reason are used, one per trial.

    Raises
    ------
    DataError
        If no row remains, and for trials of which several rows remain.
    """
    table, selection = made.trials.frame, declared.selection
    reasons = first(
        candidates(made, declared, measure=measure),
        excluded(table, selection),
        shared_control(table, selection),
    )
    if (reasons != "").all():
        raise DataError("No row of trials.csv is selected. Widen [selection] in review.toml.")
    for rule in (_other_scale, _less_preferred):
        open_rows = table[reasons == ""]
        reasons = first(reasons, rule(open_rows, selection).reindex(table.index, fill_value=""))
    _check_one_per_trial(table[reasons == ""])
    return reasons


def find(table: pd.DataFrame, pick: Pick) -> NDArray[np.bool_]:
    """Return where the rows of a pick are, (rows,)."""
    here = table["trial"] == pick.trial
    return (here & (table["scale"] == pick.scale) if pick.scale else here).to_numpy(dtype=bool)


def in_words(
    declared: Declaration, measure: Measure, *, labels: Mapping[str, str]
) -> tuple[str, ...]:
    """Say the rules of the selection in the order in which they are applied.

    Parameters
    ----------
    declared : Declaration
    measure : Measure
    labels : mapping of str to str
        From a trial to its label.
    """
    selection = declared.selection
    own, *others = selection.outcomes
    preferred = "".join(f", preferred over {other}" for other in others)
    return (
        f"Outcome: {own}{preferred}.",
        f"Time: {_WHEN.get(selection.timepoint, selection.timepoint)}.",
        printed(declared, measure),
        "One estimate per trial, and no control group is used twice."
        if not declared.dependence
        else "One estimate per comparison; those that share participants are used with their "
        "covariance.",
        *decisions(selection, labels),
    )


def printed(declared: Declaration, measure: Measure) -> str:
    """Say what a row must print.

    Parameters
    ----------
    declared : Declaration
    measure : Measure
    """
    return (
        f"The source prints what the measure is computed from ({', '.join(_used(measure))})"
        f"{', or what the declared conversions make it from' * bool(declared.conversions)}."
    )


def decisions(selection: Selection, labels: Mapping[str, str]) -> tuple[str, ...]:
    """Say the decisions that no general rule makes, each with its reason.

    Parameters
    ----------
    selection : Selection
    labels : mapping of str to str
        From a trial to its label.
    """
    return (
        *(f"Excluded: {labels[one.trial]}{_part(one)}. {one.reason}" for one in selection.exclude),
        *(_sharing(one, labels) for one in selection.shared_control),
        *(f"{labels[one.trial]} is read by {one.scale}. {one.reason}" for one in selection.scale),
        *(
            f"{labels[one.trial]} is read at {one.weeks:g} weeks. {one.reason}"
            for one in selection.weeks
        ),
    )


def _part(one: Exclusion) -> str:
    parts = [part for part in (one.outcome, one.scale) if part]
    return f" ({', '.join(parts)})" if parts else ""


def _sharing(shared: SharedControl, labels: Mapping[str, str]) -> str:
    left = _all(labels[trial] for trial in shared.leave)
    return f"{labels[shared.use]} is used, not {left} with the same control group. {shared.reason}"


def first(*rules: Reasons) -> Reasons:
    """Give each row the first reason that any of the rules has against it."""
    reasons = rules[0]
    for rule in rules[1:]:
        reasons = reasons.where(reasons != "", rule)
    return reasons


def _where(mask: pd.Series, reason: str | pd.Series) -> Reasons:
    return pd.Series("", mask.index, dtype="str").mask(mask, reason)


def _other_outcome(table: pd.DataFrame, selection: Selection) -> Reasons:
    outcome = table["outcome"]
    reason = "The outcome is " + outcome + ", not " + " or ".join(selection.outcomes) + "."
    return _where(~outcome.isin(selection.outcomes), reason)


def _other_timepoint(table: pd.DataFrame, selection: Selection) -> Reasons:
    time = table["timepoint"]
    reason = "The time is " + time + ", not " + selection.timepoint + "."
    return _where(time != selection.timepoint, reason)


def _used(measure: Measure) -> tuple[str, ...]:
    return (*measure.needs, *([" or ".join(measure.either)] if measure.either else []))


def excluded(table: pd.DataFrame, selection: Selection) -> Reasons:
    """Say which rows were excluded by name."""
    told = pd.Series("", table.index, dtype="str")
    for one in selection.exclude:
        here = table["trial"] == one.trial
        here &= table["outcome"] == one.outcome if one.outcome else True
        here &= table["scale"] == one.scale if one.scale else True
        told = told.mask(here & (told == ""), f"Excluded. {one.reason}")
    return told


def shared_control(table: pd.DataFrame, selection: Selection) -> Reasons:
    """Say which rows give way to another comparison with the same control arm."""
    label = dict(zip(table["trial"], table["label"], strict=True))
    reasons = {
        trial: f"Shares its control group with {label.get(one.use, one.use)}, which is used. "
        f"{one.reason}"
        for one in selection.shared_control
        for trial in one.leave
    }
    return _mapped(table["trial"], reasons)


def _less_preferred(table: pd.DataFrame, selection: Selection) -> Reasons:
    ranks = {outcome: rank for rank, outcome in enumerate(selection.outcomes)}
    rank = table["outcome"].map(ranks)
    best = rank.groupby(table["trial"]).transform("min")
    preferred = best.map(dict(enumerate(selection.outcomes)))
    return _where(rank > best, "The trial also has " + preferred + ", which is preferred.")


def _other_scale(table: pd.DataFrame, selection: Selection) -> Reasons:
    chosen = {one.trial: one.scale for one in selection.scale}
    reasons = {
        one.trial: f"This trial is read by {one.scale}. {one.reason}" for one in selection.scale
    }
    pairs = zip(table["trial"], table["scale"], strict=True)
    other = pd.Series([chosen.get(trial, scale) != scale for trial, scale in pairs], table.index)
    return _where(other.astype(bool), _mapped(table["trial"], reasons))


def _mapped(trial: pd.Series, reasons: Mapping[str, str]) -> Reasons:
    return pd.Series([reasons.get(name, "") for name in trial], trial.index, dtype="str")


def _check_one_per_trial(used: pd.DataFrame) -> None:
    repeated = used[used["trial"].duplicated(keep=False)]
    remedy = "Declare in review.toml which one counts, under [[selection.scale]]."
    problems = [
        Problem("Several rows answer the question", remedy, str(trial), "scale", _all(scales))
        for trial, scales in repeated.groupby("trial")["scale"]
    ]
    if problems:
        raise DataError(problems)


def _all(names: Iterable[str]) -> str:
    return " and ".join(names)
