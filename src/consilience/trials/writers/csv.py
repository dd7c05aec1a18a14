"""A tidy CSV file: UTF-8, commas, decimal points, one row per estimate."""

import csv
import io
from pathlib import Path

import pandas as pd

from consilience.trials.writers.whole import cell_text, write_whole


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV; reading it again gives the same table.

    Missing cells are empty; a study called ``NA`` stays ``NA``. Texts are written as they are: one
    that begins with ``=`` is a formula to a spreadsheet program that opens the file (Excel files
    keep it as text).

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    write_whole(path, csv_text(table).encode("utf-8"))


def csv_text(table: pd.DataFrame) -> str:
    """Return a table as CSV text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(str, table.columns))
    for row in table.itertuples(index=False, name=None):
        writer.writerow([cell_text(cell) for cell in row])
    return out.getvalue()
