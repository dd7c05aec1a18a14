"""From raw cells to a checked trial table, for files and for DataFrames alike."""

from collections.abc import Iterator, Sequence

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from consilience.errors import DataError, Problem
from consilience.trials.aliases import rename, respelled
from consilience.trials.cells import (
    Column,
    all_numbers,
    check_finite,
    read_labels,
    read_numbers,
    texts,
)
from consilience.trials.checks import wrong_values
from consilience.trials.columns import LABELS, NUMBERS
from consilience.trials.directions import direction_problems
from consilience.trials.readers.limits import LONGEST_CELL, LONGEST_LABEL, NAMES
from consilience.trials.rows import row_names
from consilience.trials.table import Trials


def from_frame(frame: pd.DataFrame) -> Trials:
    """Make a checked trial table of a DataFrame, as if it had been read from a file.

    Parameters
    ----------
    frame : DataFrame
        One row per estimate, with a column `study`; its index is ignored. Columns of numbers may
        hold text, which is parsed as in a file.

    Raises
    ------
    DataError
        With every cell that is not what its column says, all at once.
    """
    trials, faults = examine(frame)
    if faults:
        table = trials.frame
        raise DataError((*faults, *wrong_values(table), *direction_problems(table)))
    return trials


def examine(frame: pd.DataFrame) -> tuple[Trials, tuple[Problem, ...]]:
    """Read a DataFrame as far as it can be read.

    Returns
    -------
    Trials
        With unreadable cells left missing.
    tuple of Problem
        The unreadable cells.

    Raises
    ------
    DataError
        Where there is nothing to read: no row, no column `study`, two columns of one name; for
        texts that are too long or hold NUL.
    """
    named, renamed = rename(frame.reset_index(drop=True))
    _readable(named)
    if strange := [fault for name in named for fault in _strange(str(name), named[name])]:
        raise DataError(strange)
    studies, nameless = _studies(named)
    rows = row_names(studies).tolist()
    columns = [_read(str(name), named[name], rows=rows) for name in named]
    table = pd.concat([column.cells for column in columns], axis="columns")
    log = (change for column in columns for change in column.log)
    faults = (problem for column in columns for problem in column.problems)
    return Trials(table.assign(study=studies), (*renamed, *log)), (*nameless, *faults)


def _read(name: str, column: pd.Series, *, rows: Sequence[str]) -> Column:
    """Read one column as numbers or labels, by its name first and its cells second."""
    numeric = is_numeric_dtype(column) and not is_bool_dtype(column)
    if numeric and name not in LABELS:
        return check_finite(name, column, rows=rows)
    cells = texts(column)
    if name in NUMBERS or (name not in LABELS and all_numbers(cells)):
        return read_numbers(name, cells, rows=rows)
    return read_labels(name, cells, rows=rows)


def _readable(frame: pd.DataFrame) -> None:
    """Refuse a table without a column of studies, or without rows."""
    if "study" not in frame:
        what = f"The table has no such column; it has: {', '.join(map(str, frame.columns))}"
        remedy = "Add a column `study` that names the study of each row."
        raise DataError([respelled(Problem(what, remedy, column="study"), frame.columns)])
    if frame.empty:
        raise DataError("The table has no rows. Add at least one trial.")


def _strange(name: str, column: pd.Series) -> Iterator[Problem]:
    """Yield the texts that a file may not hold either; rows by place, as names may be at fault."""
    if is_numeric_dtype(column):
        return
    longest = LONGEST_LABEL if name in NAMES else LONGEST_CELL
    cells = texts(column)
    if max(map(len, cells), default=0) <= longest and "\0" not in "".join(cells):
        return
    for row, text in enumerate(cells, 1):
        shown = f"{text[:40]}…" if len(text) > 40 else text
        if "\0" in text:
            what = "This text holds a NUL character"
            yield Problem(what, "Remove it.", f"row {row}", name, shown.replace("\0", "␀"))
        if len(text) > longest:
            what = f"This is a text of {len(text)} characters"
            remedy = f"{longest} are read at most: shorten it."
            yield Problem(what, remedy, f"row {row}", name, shown.replace("\0", "␀"))


def _studies(frame: pd.DataFrame) -> tuple[pd.Series, tuple[Problem, ...]]:
    """Return the study of every row ("row 3" where it has none) and the nameless rows."""
    names = [text.strip() for text in texts(frame["study"])]
    shown = [name or f"row {row}" for row, name in enumerate(names, 1)]
    nameless = tuple(
        Problem("The row has no study", "Name its study.", stand_in, "study")
        for name, stand_in in zip(names, shown, strict=True)
        if not name
    )
    return pd.Series(shown, dtype="str"), nameless
