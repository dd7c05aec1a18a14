"""What keeps the rows of a table from having an effect: every fault of its cells, all at once."""

from collections.abc import Iterator, Mapping, Sequence
from numbers import Real

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from consilience.errors import Problem
from consilience.trials.checks import RULES, Rule
from consilience.trials.numbers import how_to_write, parse_number, tidy
from consilience.trials.rows import row_names

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]

_ANY = Rule(np.isfinite, "This is no finite number", "Look it up in the source.")


def cell_problems(
    table: pd.DataFrame,
    needs: Sequence[str],
    *,
    either: Sequence[str] = (),
    rules: Mapping[str, Rule],
) -> tuple[Problem, ...]:
    """Find the columns that are absent, and the cells that are empty, no number or a wrong one.

    Parameters
    ----------
    table : DataFrame, k rows
        With the column `study`.
    needs : sequence of str
        Columns that every row must fill.
    either : sequence of str
        Columns of which every row must fill at least one.
    rules : mapping of str to Rule
        What the numbers of a column must be; they go before the rules of every table.

    Returns
    -------
    tuple of Problem
    """
    known = {**RULES, **rules}
    present = [column for column in needs if column in table]
    optional = [column for column in (*either, *rules) if column in table and column not in needs]
    return (
        *_absent(table, needs),
        *_none_of(table, either),
        *(p for column in present for p in _empty(table, column)),
        *(
            p
            for column in dict.fromkeys((*present, *optional))
            for p in _wrong(table, column, rule=known.get(column, _ANY))
        ),
        *_unfilled(table, [column for column in either if column in table]),
    )


def at(
    table: pd.DataFrame, rows: Mask, *, column: str, what: str, remedy: str
) -> tuple[Problem, ...]:
    """Name the rows where a column contradicts the others.

    Parameters
    ----------
    table : DataFrame, k rows
    rows : ndarray (k,) of bool
        Where the fault is.
    column : str
        Where it shows; its value goes into the message.
    what, remedy : str
        The fault, and what to do about it.

    Returns
    -------
    tuple of Problem
    """
    if not rows.any():
        return ()
    values = numbers(table[column])[rows] if column in table else np.full(int(rows.sum()), np.nan)
    return tuple(
        Problem(what, remedy, study, column, "" if np.isnan(value) else f"{value:.15g}")
        for study, value in zip(_named(table, rows), values, strict=True)
    )


def numbers(column: pd.Series) -> Floats:
    """Return a column as floats, NaN where a cell is no number, (k,)."""
    if is_numeric_dtype(column) and not is_bool_dtype(column):
        return column.to_numpy(dtype=float, na_value=np.nan)
    return np.array([_number(cell) for cell in column], dtype=float)


def _absent(table: pd.DataFrame, needs: Sequence[str]) -> Iterator[Problem]:
    for column in needs:
        if column not in table:
            remedy = f"Add it; this measure needs {', '.join(needs)}."
            yield Problem("The table has no such column", remedy, column=column)


def _none_of(table: pd.DataFrame, either: Sequence[str]) -> Iterator[Problem]:
    if either and not set(either) & set(table):
        names = " or ".join(either)
        yield Problem("The table has none of these columns", "Add one of them.", column=names)


def _empty(table: pd.DataFrame, column: str) -> Iterator[Problem]:
    for study in _named(table, table[column].isna().to_numpy()):
        yield Problem(
            "The cell is empty", "Fill it from the source, or leave the row out.", study, column
        )


def _wrong(table: pd.DataFrame, column: str, *, rule: Rule) -> Iterator[Problem]:
    """Name cells of a column that are no number, or break its rule."""
    values = numbers(table[column])
    filled = ~table[column].isna().to_numpy()
    unread = filled & np.isnan(values)
    cells = table[column][unread].map(str) if unread.any() else ()
    for study, cell in zip(_named(table, unread), cells, strict=True):
        yield Problem("This is no number", how_to_write(tidy(cell)), study, column, cell)
    yield from at(
        table,
        ~np.isnan(values) & ~(np.isfinite(values) & rule.holds(values)),
        column=column,
        what=rule.what,
        remedy=rule.remedy,
    )


def _unfilled(table: pd.DataFrame, optional: Sequence[str]) -> Iterator[Problem]:
    """Name rows in which none of the optional columns is filled."""
    if not optional:
        return
    names = " or ".join(optional)
    unfilled = np.logical_and.reduce([table[column].isna().to_numpy() for column in optional])
    for study in _named(table, unfilled):
        yield Problem("The cell is empty", "Fill one of them, or leave the row out.", study, names)


def _named(table: pd.DataFrame, mask: Mask) -> list[str]:
    return row_names(table["study"])[mask].tolist() if mask.any() else []


def _number(cell: object) -> float:
    """Read a cell as a number, NaN if it is none."""
    if isinstance(cell, str):
        try:
            return parse_number(tidy(cell))
        except ValueError:
            return np.nan
    return float(cell) if isinstance(cell, Real) and not isinstance(cell, bool) else np.nan
