"""metafor's column names, read as aliases."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from consilience.errors import DataError, Problem
from consilience.trials.columns import ALIASES
from consilience.trials.table import Conversion


def rename(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Conversion, ...]]:
    """Give metafor's columns the names that are used here.

    Raises
    ------
    DataError
        Where two columns have the same name, before or after the renaming.
    """
    columns = [str(column).strip() for column in frame.columns]
    named = [ALIASES.get(column, column) for column in columns]
    _unique(columns, named)
    log = tuple(
        Conversion(study="", column=now, was=was, now=now, rule="metafor's name of the column")
        for was, now in zip(columns, named, strict=True)
        if was != now
    )
    return frame.set_axis(named, axis="columns"), log


def respelled(problem: Problem, columns: Iterable[object]) -> Problem:
    """Say of a column that is missed whether one is there in other letters.

    Parameters
    ----------
    problem : Problem
    columns : iterable of str
        Those of the table.

    Returns
    -------
    Problem
        Its remedy is the new name, where one differs by its capitals alone.
    """
    if not problem.what.startswith("The table has no such column"):
        return problem
    near = [str(name) for name in columns if str(name).lower() == problem.column]
    if not near:
        return problem
    return replace(problem, remedy=f"Rename the column {near[0]!r} to {problem.column!r}.")


def _unique(columns: list[str], named: list[str]) -> None:
    """Refuse several columns that come to bear one name."""
    problems = [
        Problem(
            f"The table has {named.count(name)} columns of this name "
            f"({', '.join(w for w, n in zip(columns, named, strict=True) if n == name)})",
            "Keep one of them.",
            column=name,
        )
        for name in dict.fromkeys(named)
        if named.count(name) > 1
    ]
    if problems:
        raise DataError(problems)
