"""Sheets as reviewers extract them, turned into what a measure needs."""

from collections.abc import Sequence

import pandas as pd

from consilience import measures
from consilience.errors import DataError, Problem
from consilience.measures import Measure
from consilience.trials import Trials, conversions, examine
from consilience.trials.conversions import Rule


def convert(
    trials: Trials | pd.DataFrame,
    measure: str | Measure,
    *,
    rules: Sequence[Rule | str] = conversions.DEFAULT,
) -> Trials:
    """Fill what a measure needs, row by row from what each row has.

    Parameters
    ----------
    trials : Trials or DataFrame
    measure : str or Measure
        What is to be computed afterwards; rows that already have it are left alone.
    rules : sequence of Rule or str
        In the order in which they are tried. ``conversions.DEFAULT`` holds those that assume
        nothing that is not printed; others are added to it, such as
        ``(EqualArms(), *DEFAULT)`` or ``(*DEFAULT, BorrowSD())``.

    Returns
    -------
    Trials
        Its `log` says of each cell what it was and is, from what, by which rule of which source.
        Where a rule was given a distribution, `effect_sizes` adds to the variances what that
        assumption contributes.

    Raises
    ------
    DataError
        For a table that cannot be read, and for rows that a rule names and cannot work on.
    ModelError
        For an unknown measure or rule.
    """
    chosen = measures.get(measure) if isinstance(measure, str) else measure
    read, unreadable = taken(trials)
    if unreadable:
        raise DataError(unreadable)
    named = [conversions.get(rule) if isinstance(rule, str) else rule for rule in rules]
    return conversions.run(read, chosen, rules=named)


def taken(trials: Trials | pd.DataFrame) -> tuple[Trials, tuple[Problem, ...]]:
    """Take a table as it comes: its rows, and what could not be read in them.

    Raises
    ------
    DataError
        For what is no table, or has no rows.
    """
    if not isinstance(trials, Trials | pd.DataFrame):
        kind = type(trials).__name__
        raise DataError(f"Give what read_trials() gives or a DataFrame, not {kind}.")
    read, unreadable = (trials, ()) if isinstance(trials, Trials) else examine(trials)
    if read.frame.empty:
        raise DataError("The table has no rows. Give at least one trial.")
    return read, unreadable
