"""How large a file may be before it is refused, so that memory stays bounded."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from consilience.errors import DataError, Problem

LARGEST = 64 * 2**20
"""Bytes beyond which a file is taken for something else than a trial table."""

COLUMNS = 2_000
CELLS = 5_000_000
LONGEST_LABEL = 500
"""Characters of a study's name; texts such as `doubt` or `source` may be longer."""

LONGEST_CELL = 32_767
"""Characters of any cell (as in Excel)."""

NAMES = ("study", "trial", "estimate", "slab")


def contents(path: Path) -> bytes:
    """Read a file that is not too large.

    Raises
    ------
    DataError
        For a larger one, before it is opened.
    """
    if path.stat().st_size > LARGEST:
        raise DataError(
            f"{path} is larger than {LARGEST // 2**20} MB. Give a table of trials, not of patients."
        )
    return path.read_bytes()


def check_columns(header: Sequence[str], path: Path) -> None:
    """Refuse a header with too many columns, nameless ones, or one name twice.

    Raises
    ------
    DataError
        With every column at fault.
    """
    if len(header) > COLUMNS:
        raise DataError(
            f"{path} has {len(header)} columns, {COLUMNS} are read at most. "
            "Give one row per estimate."
        )
    nameless = [place for place, name in enumerate(header, 1) if not name]
    twice = [name for name, count in Counter(header).items() if name and count > 1]
    long = [name for name in header if len(name) > LONGEST_LABEL]
    shorten = f"Shorten it to {LONGEST_LABEL} characters."
    faults = [
        *(Problem(f"Column {place} of {path} has no name", "Name it.") for place in nameless),
        *(
            Problem(f"A column's name has {len(name)} characters", shorten, column=f"{name[:40]}…")
            for name in long
        ),
        *(Problem("Several columns have this name", "Keep one.", column=name) for name in twice),
    ]
    if faults:
        raise DataError(faults)


def check_size(rows: int, columns: int, *, path: Path) -> None:
    """Refuse a table with too many cells.

    Raises
    ------
    DataError
    """
    if rows * columns > CELLS:
        raise DataError(
            f"{path} has {rows} rows of {columns} columns, {CELLS} cells are read at most. "
            "Give a table of trials, not of patients."
        )


def check_cells(cells: pd.DataFrame, path: Path) -> None:
    """Refuse names and texts that are too long to be any.

    Raises
    ------
    DataError
        With every cell at fault.
    """
    faults = [fault for name in cells for fault in _long(cells[name], path)]
    if faults:
        raise DataError(faults)


def _long(column: pd.Series, path: Path) -> Iterator[Problem]:
    """Name cells with more text than is read."""
    name = str(column.name)
    longest = LONGEST_LABEL if name in NAMES else LONGEST_CELL
    if not isinstance(column.dtype, pd.StringDtype) or not (column.str.len() > longest).any():
        return
    for row, text in enumerate(column.fillna("").tolist(), 1):
        if len(text) > longest:
            what = f"Row {row} of {path} has a text of {len(text)} characters here"
            remedy = f"{longest} are read at most: shorten it."
            yield Problem(what, remedy, column=name, value=f"{text[:40]}…")
