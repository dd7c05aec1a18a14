"""Writers of trial tables, one file format per file; a file is there whole or not at all."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from consilience.errors import DataError
from consilience.trials.table import Trials
from consilience.trials.writers.csv import write_csv
from consilience.trials.writers.excel import write_excel
from consilience.trials.writers.metafor import write_metafor
from consilience.trials.writers.revman import write_revman

__all__ = ["REGISTRY", "write", "write_csv", "write_excel", "write_metafor", "write_revman"]

REGISTRY: Mapping[str, Callable[[pd.DataFrame, Path], None]] = {
    ".csv": write_csv,
    ".xlsx": write_excel,
}
"""From a file name's ending to the function that writes such a table."""


def write(trials: Trials, path: str | Path) -> None:
    """Write a trial table as a tidy CSV or Excel file, by the ending of its name.

    Raises
    ------
    DataError
        For an ending that is not known.
    OSError
        If the file cannot be written.
    """
    place = Path(path)
    if place.suffix.lower() not in REGISTRY:
        known = ", ".join(REGISTRY)
        raise DataError(f"No writer for {place.name!r}. Known endings: {known}.")
    REGISTRY[place.suffix.lower()](trials.frame, place)
