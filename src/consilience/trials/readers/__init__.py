"""Readers of trial tables, one file format per file: from a path to raw cells."""

from collections.abc import Callable, Mapping
from pathlib import Path

from consilience.trials.readers.cochrane import read_cochrane
from consilience.trials.readers.csv import is_unfilled, read_csv, read_csv_sheet
from consilience.trials.readers.excel import read_excel
from consilience.trials.readers.forms import in_form
from consilience.trials.readers.parquet import read_parquet
from consilience.trials.readers.prisma import read_prisma
from consilience.trials.readers.revman import read_revman
from consilience.trials.readers.risk_of_bias import read_risk_of_bias
from consilience.trials.readers.sheet import Sheet

REGISTRY: Mapping[str, Callable[[Path], Sheet]] = {
    ".csv": in_form(read_csv_sheet),
    ".tsv": in_form(read_csv_sheet),
    ".txt": in_form(read_csv_sheet),
    ".xlsx": in_form(read_excel),
    ".xlsm": in_form(read_excel),
    ".parquet": in_form(read_parquet),
    ".rm5": read_revman,
    ".zip": read_cochrane,
}
"""From a file name's ending to the function that reads such a file."""

__all__ = [
    "REGISTRY",
    "Sheet",
    "is_unfilled",
    "read_csv",
    "read_prisma",
    "read_risk_of_bias",
]
