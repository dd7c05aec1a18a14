"""Wald's test of several coefficients, or of combinations of them, at once."""

import math

import numpy as np
import pandas as pd
from scipy.special import chdtrc, fdtrc

from consilience.classical.pooled import Pooled
from consilience.classical.wls import Floats
from consilience.errors import ModelError


def wald_test(pooled: Pooled, rows: Floats | None = None) -> pd.Series:
    """Test ``L beta = 0``; without L, all coefficients but the intercept.

    Where the intercept is the only one, it is tested.

    ``QM = (L beta)' (L cov L')⁻¹ L beta``: chi-square, or where inference is by t, ``QM / m`` by F
    with m and k - p degrees of freedom.

    Parameters
    ----------
    pooled : Pooled
    rows : ndarray, shape (m, p), optional
        L, of full rank, intercept first where there is one.

    Returns
    -------
    Series
        ``statistic`` (QM or F), ``df``, ``df_residual`` (infinite for chi-square), ``p_value``.

    Raises
    ------
    ModelError
        For rows of the wrong length or that depend on each other.
    """
    p = len(pooled.beta)
    skipped = int(pooled.design.intercept and p > 1)
    matrix = np.eye(p)[skipped:] if rows is None else np.atleast_2d(np.asarray(rows, dtype=float))
    if matrix.shape[1] != p or np.linalg.matrix_rank(matrix) < len(matrix):
        raise ModelError(f"Give rows of {p} numbers, none a combination of the others.")
    value = matrix @ pooled.beta
    spread, m = matrix @ pooled.cov @ matrix.T, len(matrix)
    squares = float(value @ np.linalg.solve(spread, value))
    residual = pooled.inference.df(pooled.effects.k - p)
    if math.isinf(residual):
        statistic, p_value = squares, float(chdtrc(m, squares))
    else:
        statistic = squares / m
        p_value = float(fdtrc(m, residual, statistic))
    values = {"statistic": statistic, "df": m, "df_residual": residual, "p_value": p_value}
    series = pd.Series(values, dtype=float)
    series.attrs = dict(pooled.attrs)
    return series
