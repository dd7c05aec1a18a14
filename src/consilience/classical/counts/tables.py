"""Reading counts off a trial table."""

import numpy as np
import pandas as pd

from consilience.classical.wls import Floats
from consilience.errors import DataError, ModelError, Problem


def columns(table: pd.DataFrame, *names: str) -> tuple[Floats, ...]:
    """Read columns of numbers that are finite and not negative.

    Raises
    ------
    ModelError
        If a column is not there.
    DataError
        For every wrong cell: study, column, value.
    """
    if not isinstance(table, pd.DataFrame):
        raise ModelError(
            f"Counts are read off a trial table; a {type(table).__name__} was given. Give a "
            "DataFrame, or cs.read_trials(path).frame."
        )
    absent = [name for name in names if name not in table]
    if absent:
        raise ModelError(f"The trial table has no column {', '.join(absent)}; counts are needed.")
    found = tuple(np.asarray(table[name], dtype=float) for name in names)
    problems = [
        Problem("This is no number from zero upwards", "Look it up.", str(study), name, str(value))
        for name, values in zip(names, found, strict=True)
        for study, value in zip(table.index, values, strict=True)
        if not (np.isfinite(value) and value >= 0)
    ]
    if problems:
        raise DataError(problems)
    return found


def two_by_two(table: pd.DataFrame) -> tuple[Floats, Floats, Floats, Floats]:
    """Read events and non-events of both arms, each shape (k,): a, b | c, d.

    Raises
    ------
    ModelError
        Without the columns `events1, n1, events2, n2`.
    DataError
        For counts that cannot be: study, column, value.
    """
    a, n1, c, n2 = columns(table, "events1", "n1", "events2", "n2")
    wrong = (a > n1) | (c > n2) | (n1 == 0) | (n2 == 0)
    if wrong.any():
        what = "There are more events than participants, or no participants"
        raise DataError([Problem(what, "Look them up.", str(s)) for s in table.index[wrong]])
    return a, n1 - a, c, n2 - c
