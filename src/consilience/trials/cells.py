"""One column of raw cells becomes numbers or labels; each change and each fault is recorded."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from consilience.errors import Problem
from consilience.trials.numbers import how_to_write, parse_number, tidy
from consilience.trials.table import Conversion

_PLAIN = "0123456789+-.eE"
"""Of these alone, what Python reads as a number is one here, and the other way round."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it was read: its cells, the faults found, the changes made."""

    cells: pd.Series
    problems: tuple[Problem, ...] = ()
    log: tuple[Conversion, ...] = ()


def texts(column: pd.Series) -> list[str]:
    """Return the cells of a column as text, empty where missing; whole floats without ``.0``."""
    if isinstance(column.dtype, pd.StringDtype):
        return column.fillna("").tolist()
    cells, missing = column.tolist(), column.isna().tolist()
    return ["" if empty else _text(cell) for cell, empty in zip(cells, missing, strict=True)]


def read_labels(name: str, cells: Sequence[str], *, rows: Sequence[str]) -> Column:
    """Read cells as labels: spaces around them go, an empty cell is missing."""
    tidied = [cell.strip() for cell in cells]
    filled = tidied if all(tidied) else [cell or None for cell in tidied]
    values = pd.Series(filled, name=name, dtype="str")
    if tidied == cells:
        return Column(values)
    return Column(values, log=_changes(name, cells=zip(rows, cells, tidied, strict=True)))


def read_numbers(name: str, cells: Sequence[str], *, rows: Sequence[str]) -> Column:
    """Read cells as numbers: an empty cell is missing, what is no number is a problem."""
    if (plain := _plain_numbers(cells)) is not None:
        return Column(pd.Series(plain, name=name, dtype=float))
    tidied = [tidy(cell) for cell in cells]
    values, faults = [], []
    for study, cell in zip(rows, tidied, strict=True):
        try:
            values.append(parse_number(cell))
        except ValueError:
            values.append(math.nan)
            faults.append(Problem("This is no number", how_to_write(cell), study, name, cell))
    log = _changes(name, cells=zip(rows, cells, tidied, strict=True))
    return Column(pd.Series(values, name=name, dtype=float), tuple(faults), log)


def check_finite(name: str, column: pd.Series, *, rows: Sequence[str]) -> Column:
    """Take a column of numbers over as floats; an infinite one is a problem."""
    values = column.to_numpy(dtype=float, na_value=np.nan)
    remedy = "Give the number, or leave it missing."
    faults = tuple(
        Problem("This is no finite number", remedy, rows[int(i)], name, str(values[i]))
        for i in np.flatnonzero(np.isinf(values))
    )
    return Column(pd.Series(values, name=name), faults)


def all_numbers(cells: Sequence[str]) -> bool:
    """Say whether every filled cell is a number, and at least one is filled."""
    if _plain_numbers(cells) is not None:
        return any(cells)
    return any(map(tidy, cells)) and all(_is_number(tidy(cell)) for cell in cells)


def _plain_numbers(cells: Sequence[str]) -> list[float] | None:
    """Return the numbers of cells that hold nothing else, or None; the same as one by one."""
    if "".join(cells).strip(_PLAIN):
        return None
    try:
        values = [float(cell) if cell else math.nan for cell in cells]
    except ValueError:
        return None
    return None if math.inf in values or -math.inf in values else values


def _is_number(text: str) -> bool:
    try:
        parse_number(text)
    except ValueError:
        return False
    return True


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _changes(name: str, *, cells: zip) -> tuple[Conversion, ...]:
    return tuple(
        Conversion(study, name, was, now, _why(was, now)) for study, was, now in cells if was != now
    )


def _why(was: str, now: str) -> str:
    spaces, stripped = "spaces around it removed", was.strip()
    made = (spaces,) * (was != stripped) + ("Unicode minus made a hyphen",) * (stripped != now)
    return ", ".join(made)
