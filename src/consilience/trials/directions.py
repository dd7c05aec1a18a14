"""Which way is better: the words of the column `higher_is_better`."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.errors import Problem
from consilience.trials.rows import row_names

COLUMN = "higher_is_better"
SIGNS: Mapping[str, float] = {"yes": 1, "true": 1, "1": 1, "no": -1, "false": -1, "0": -1}


def direction_problems(table: pd.DataFrame) -> tuple[Problem, ...]:
    """Find the rows whose direction is empty or is no word that is known.

    A table without the column `higher_is_better` declares no direction and has no problem.
    """
    if COLUMN not in table:
        return ()
    words = _words(table)
    return tuple(
        Problem(_WHAT.get(word, "No such direction is known"), _REMEDY, study, COLUMN, word)
        for study, word in zip(row_names(table["study"]), words, strict=True)
        if word not in SIGNS
    )


def signs(table: pd.DataFrame) -> NDArray[np.float64]:
    """Return +1 where higher is better and -1 where it is not, (rows,); +1 without the column."""
    if COLUMN not in table:
        return np.ones(len(table))
    return np.array([SIGNS[word] for word in _words(table)], dtype=float)


_WHAT = {"": "The direction is empty"}
_REMEDY = "Say yes or no (true or false, 1 or 0): is a higher value of this scale better?"


def _words(table: pd.DataFrame) -> list[str]:
    return [str(word).lower() for word in table[COLUMN].fillna("").tolist()]
