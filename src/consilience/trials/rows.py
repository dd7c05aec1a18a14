"""How a message names a row of a table."""

import pandas as pd


def row_names(study: pd.Series) -> pd.Series:
    """Name each row by its study; where a study has several rows, by its place as well.

    Parameters
    ----------
    study : Series of str, (rows,)

    Returns
    -------
    Series of str, (rows,)
        Unique: ``"Li"``, or ``"Li (row 3)"`` where the first row of the table is row 1.
    """
    if study.is_unique:
        return study
    repeated = study.duplicated(keep=False)
    places = pd.Series([f" (row {row})" for row in range(1, len(study) + 1)], index=study.index)
    return study.where(~repeated, study + places)
