"""Square tables over the levels of a column."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.errors import DataError, ModelError, Problem

type Floats = NDArray[np.float64]


def square(table: pd.DataFrame, levels: Sequence[str], *, column: str) -> Floats:
    """Read the rows and columns of some levels from a symmetric labelled table.

    Raises
    ------
    ModelError
        If it is no DataFrame with the same labels, once each, on both sides.
    DataError
        For levels that it lacks, and for values that are missing, infinite or not symmetric.
    """
    if not isinstance(table, pd.DataFrame):
        kind = type(table).__name__
        raise ModelError(
            f"The matrix over {column!r} must be a DataFrame whose rows and columns are labelled "
            f"by its levels, not {kind}: pd.DataFrame(matrix, index=levels, columns=levels)."
        )
    named = table.set_axis([str(at) for at in table.index]).set_axis(
        [str(at) for at in table.columns], axis=1
    )
    if not (named.index.is_unique and set(named.index) == set(named.columns)):
        raise ModelError(
            f"The matrix over {column!r} must have the same labels, once each, as rows and columns."
        )
    missing = [level for level in levels if level not in named.index]
    if missing:
        remedy = "Add its row and column, or leave its estimates out by effects.without(…)."
        raise DataError(
            [Problem("The matrix has no such level", remedy, "", column, each) for each in missing]
        )
    values = named.loc[list(levels), list(levels)].to_numpy(dtype=float)
    bad = ~(np.isfinite(values) & np.isclose(values, values.T, rtol=1e-8, atol=0.0))
    if bad.any():
        i, j = np.argwhere(bad)[0]
        remedy = "Both of its halves must hold the same finite numbers."
        where = f"{levels[i]}, {levels[j]}"
        raise DataError([Problem("The matrix is not symmetric", remedy, "", column, where)])
    return (values + values.T) / 2
