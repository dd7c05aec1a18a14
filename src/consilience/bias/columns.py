"""Judgements about trials, read from a column of the trial table."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.design.columns import as_labels


def marked(table: pd.DataFrame, column: str, levels: tuple[str, ...]) -> NDArray[np.bool_]:
    """Say which rows hold one of these levels, upper and lower case being the same.

    Raises
    ------
    ModelError
        If there is no such column.
    DataError
        If a row holds nothing.
    """
    wanted = {level.strip().casefold() for level in levels}
    return np.array([label.strip().casefold() in wanted for label in as_labels(table, column)])
