"""A CSV file in the columns of Cochrane's data rows, which RevMan and its readers know."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from consilience.errors import DataError
from consilience.trials.writers.csv import csv_text
from consilience.trials.writers.whole import write_whole

COLUMNS: Mapping[str, str] = {
    "Subgroup": "subgroup",
    "Study": "study",
    "Study year": "year",
    "GIV Mean": "yi",
    "GIV SE": "sei",
    "Experimental mean": "mean1",
    "Experimental SD": "sd1",
    "Experimental cases": "events1",
    "Experimental N": "n1",
    "Control mean": "mean2",
    "Control SD": "sd2",
    "Control cases": "events2",
    "Control N": "n2",
    "O-E": "o_minus_e",
    "Variance": "logrank_v",
}
"""From Cochrane's name of a column to the one used here."""


def write_revman(table: pd.DataFrame, path: Path, *, comparison: str = "Comparison") -> None:
    """Write a trial table as data rows: one analysis for each outcome.

    Parameters
    ----------
    table : DataFrame
        With `study`; `vi` becomes a standard error where there is no `sei`.
    path : Path
    comparison : str
        What is compared; it stands before the outcome's name.

    Raises
    ------
    DataError
        For a table without any number that RevMan takes.
    OSError
        If the file cannot be written.

    References
    ----------
    Cochrane, "Data package specification, version 1", documentation.cochrane.org/revman-kb.
    """
    known = _with_standard_errors(table)
    if not {"n1", "yi", "o_minus_e"} & set(known):
        raise DataError(
            f"{path}: RevMan takes participants with means or events, an estimate with its "
            "standard error, or O-E with its variance; this table has none of them."
        )
    outcomes = known["outcome"].fillna("") if "outcome" in known else pd.Series("", known.index)
    numbers = {name: place for place, name in enumerate(dict.fromkeys(outcomes), 1)}
    named = [f"{comparison}: {one}" if one else comparison for one in outcomes]
    shared = {
        "Analysis group": "1",
        "Analysis number": [str(numbers[one]) for one in outcomes],
        "Analysis name": named,
    }
    empty = pd.Series("", known.index, dtype="str")
    data = {theirs: known.get(ours, empty) for theirs, ours in COLUMNS.items()}
    rows = pd.DataFrame({**shared, **data}, index=known.index)
    write_whole(path, csv_text(rows).encode("utf-8"))


def _with_standard_errors(table: pd.DataFrame) -> pd.DataFrame:
    if "sei" in table or "vi" not in table:
        return table
    return table.assign(sei=table["vi"] ** 0.5)
