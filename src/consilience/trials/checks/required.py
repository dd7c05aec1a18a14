"""What a row must hold before an effect can be computed from it: every fault, all at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.errors import Problem
from consilience.trials.columns import POSITIVE, SIZES
from consilience.trials.rows import row_names

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rule:
    """What the numbers of a column must be.

    Parameters
    ----------
    holds : callable
        From the numbers (rows,) to where they are right (rows,).
    what, remedy : str
        The fault and what to do about it.
    """

    holds: Callable[[Floats], Mask]
    what: str
    remedy: str


_SIZE = Rule(
    lambda x: (x >= 2) & (x == np.floor(x)),
    "This is no number of participants: it must be whole and at least 2",
    "Give the participants analysed in this arm, or leave the row out.",
)
_POSITIVE = Rule(
    lambda x: x > 0,
    "This must be above zero",
    "Look it up in the source, or leave the row out.",
)
_ANY = Rule(np.isfinite, "This is no finite number", "Look it up in the source.")

RULES: Mapping[str, Rule] = dict.fromkeys(SIZES, _SIZE) | dict.fromkeys(POSITIVE, _POSITIVE)


def wrong_values(table: pd.DataFrame) -> tuple[Problem, ...]:
    """Find the values, in any column of known meaning, that cannot be right."""
    return tuple(p for column in RULES if column in table for p in _wrong(table, column))


def problems(
    table: pd.DataFrame, needs: Sequence[str], *, either: Sequence[str] = ()
) -> tuple[Problem, ...]:
    """Find everything that keeps the rows of a table from having an effect.

    Parameters
    ----------
    table : DataFrame
        A checked trial table.
    needs : sequence of str
        Columns that every row must fill.
    either : sequence of str
        Columns of which every row must fill at least one.
    """
    missing = [*_absent(table, needs), *_none_of(table, either)]
    present = [column for column in needs if column in table]
    optional = [column for column in either if column in table]
    return (
        *missing,
        *(p for column in present for p in _empty(table, column)),
        *(p for column in (*present, *optional) for p in _wrong(table, column)),
        *_unfilled(table, optional),
    )


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


def _wrong(table: pd.DataFrame, column: str) -> Iterator[Problem]:
    rule = RULES.get(column, _ANY)
    values = table[column].to_numpy(dtype=float)
    wrong = ~np.isnan(values) & ~rule.holds(values)
    for study, value in zip(_named(table, wrong), values[wrong], strict=True):
        yield Problem(rule.what, rule.remedy, study, column, f"{value:.15g}")


def _unfilled(table: pd.DataFrame, optional: Sequence[str]) -> Iterator[Problem]:
    if not optional:
        return
    names = " or ".join(optional)
    unfilled = table[list(optional)].isna().all(axis="columns").to_numpy()
    for study in _named(table, unfilled):
        yield Problem("The cell is empty", "Fill one of them, or leave the row out.", study, names)


def _named(table: pd.DataFrame, mask: Mask) -> list[str]:
    return row_names(table["study"])[mask].tolist() if mask.any() else []
