"""metafor's column names, read as aliases."""

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


def _unique(columns: list[str], named: list[str]) -> None:
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
