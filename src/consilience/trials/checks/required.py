"""What the numbers of a trial table must be, whatever is computed from them."""

from collections.abc import Callable, Iterator, Mapping
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
_TOTAL = Rule(
    lambda x: (x >= 2) & (x == np.floor(x)),
    "This is no number of participants: it must be whole and at least 2",
    "Give all participants analysed, or leave the cell empty.",
)
_POSITIVE = Rule(
    lambda x: x > 0,
    "This must be above zero",
    "Look it up in the source, or leave the row out.",
)

RULES: Mapping[str, Rule] = (
    dict.fromkeys(SIZES, _SIZE) | {"n_total": _TOTAL} | dict.fromkeys(POSITIVE, _POSITIVE)
)


def wrong_values(table: pd.DataFrame, rules: Mapping[str, Rule] = RULES) -> tuple[Problem, ...]:
    """Find the values, in any column of known meaning, that cannot be right.

    Parameters
    ----------
    table : DataFrame, k rows
        With the column `study`.
    rules : mapping of str to Rule
        What the numbers of a column must be.
    """
    return tuple(
        p
        for column, rule in rules.items()
        if column in table
        for p in _wrong(table, column, rule=rule)
    )


def _wrong(table: pd.DataFrame, column: str, *, rule: Rule) -> Iterator[Problem]:
    values = table[column].to_numpy(dtype=float)
    wrong = ~np.isnan(values) & ~rule.holds(values)
    for study, value in zip(_named(table, wrong), values[wrong], strict=True):
        yield Problem(rule.what, rule.remedy, study, column, f"{value:.15g}")


def _named(table: pd.DataFrame, mask: Mask) -> list[str]:
    return row_names(table["study"])[mask].tolist() if mask.any() else []
