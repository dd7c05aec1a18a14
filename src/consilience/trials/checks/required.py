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
_POSITIVE = Rule(
    lambda x: x > 0,
    "This must be above zero",
    "Look it up in the source, or leave the row out.",
)

RULES: Mapping[str, Rule] = dict.fromkeys(SIZES, _SIZE) | dict.fromkeys(POSITIVE, _POSITIVE)


def wrong_values(table: pd.DataFrame) -> tuple[Problem, ...]:
    """Find the values, in any column of known meaning, that cannot be right."""
    return tuple(p for column in RULES if column in table for p in _wrong(table, column))


def _wrong(table: pd.DataFrame, column: str) -> Iterator[Problem]:
    rule = RULES[column]
    values = table[column].to_numpy(dtype=float)
    wrong = ~np.isnan(values) & ~rule.holds(values)
    for study, value in zip(_named(table, wrong), values[wrong], strict=True):
        yield Problem(rule.what, rule.remedy, study, column, f"{value:.15g}")


def _named(table: pd.DataFrame, mask: Mask) -> list[str]:
    return row_names(table["study"])[mask].tolist() if mask.any() else []
