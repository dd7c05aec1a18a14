"""Readers of trial tables, one file format per file: from a path to raw text cells."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from consilience.trials.readers.csv import read_csv

REGISTRY: Mapping[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": read_csv,
}
"""From a file name's ending to the function that reads such a file."""

__all__ = ["REGISTRY", "read_csv"]
