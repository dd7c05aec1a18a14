"""What the checks of an extraction find in the rows that are used."""

import pandas as pd

from consilience.review import Review
from consilience.trials.checks import REGISTRY, doubts

COLUMNS = ("row", "label", "outcome", "timepoint", "column", "value", "why")

_TOLD = {"noted"}
"""Doubts that a person wrote down: they stand in the table beside this one."""
_HANDLED = {"shared_controls"}
"""What a declared rule of dependence is the remedy for."""


def checked(review: Review) -> pd.DataFrame:
    """Run the checks of `consilience check`, and keep what they say of rows that are used.

    Parameters
    ----------
    review : Review

    Returns
    -------
    DataFrame
        ``row, label, outcome, timepoint, column, value, why``, in the order of the trial table.
    """
    silent = _TOLD | (_HANDLED if review.dependence else set())
    names = tuple(name for name in REGISTRY if name not in silent)
    used = review.ledger[review.ledger["status"] == "used"].set_index("row")
    named = used[["label", "outcome", "timepoint"]]
    rows = [
        (one.row, *named.loc[one.row], one.column, one.value, one.why)
        for one in doubts(review.trials, names)
        if one.row in used.index
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
