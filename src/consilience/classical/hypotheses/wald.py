"""Wald's test of several coefficients, or of combinations of them, at once."""

import math

import numpy as np
import pandas as pd
from scipy.special import chdtrc, fdtrc

from consilience.classical.linear import Linear, Regression, linear_of
from consilience.classical.wls import Floats
from consilience.errors import ModelError

_DEPENDENT = 1e-9


def wald_test(
    pooled: Regression, rows: Floats | None = None, *, value: Floats | float = 0.0
) -> pd.Series:
    """Test ``L beta = c``; without L, that all coefficients but the intercept are zero.

    Where the intercept is the only one, it is tested.

    ``QM = (L beta - c)' (L cov L')⁻¹ (L beta - c)``: chi-square, or where inference is by t,
    ``QM / m`` by F with m and k - p degrees of freedom.

    Parameters
    ----------
    pooled : Regression
        What `pool` or one of its kin answered.
    rows : ndarray, shape (m, p), optional
        L, of full rank, intercept first where there is one.
    value : ndarray, shape (m,), or float
        c.

    Returns
    -------
    Series
        ``statistic`` (QM or F), ``df``, ``df_residual`` (infinite for chi-square), ``p_value``.

    Raises
    ------
    ModelError
        For rows of the wrong length or that depend on each other.
    """
    linear = linear_of(pooled)
    p = len(linear.beta)
    skipped = int(pooled.design.intercept and p > 1)
    matrix = np.eye(p)[skipped:] if rows is None else np.atleast_2d(np.asarray(rows, dtype=float))
    if matrix.shape[1] != p or _dependent(matrix) or not np.isfinite(matrix).all():
        message = (
            f"Give rows of {p} finite numbers ({', '.join(linear.names)}), none of them zero "
            "throughout or a combination of the others."
        )
        raise ModelError(message)
    series = pd.Series(joint(linear, matrix, value=value), dtype=float)
    series.attrs = dict(linear.attrs)
    return series


def joint(linear: Linear, rows: Floats, *, value: Floats | float = 0.0) -> dict[str, float]:
    """Give the figures of `wald_test` for rows of full rank."""
    away, m = rows @ linear.beta - value, len(rows)
    spread = rows @ linear.cov @ rows.T
    se = np.sqrt(np.diag(spread))
    # By correlations, so that the units of the coefficients cost no digits.
    z = away / se
    squares = float(z @ np.linalg.solve(spread / np.outer(se, se), z))
    if math.isinf(linear.df):
        statistic, p_value = squares, float(chdtrc(m, squares))
    else:
        statistic = squares / m
        p_value = float(fdtrc(m, linear.df, statistic)) if linear.df else math.nan
    return {"statistic": statistic, "df": m, "df_residual": linear.df, "p_value": p_value}


def _dependent(matrix: Floats) -> bool:
    length = np.linalg.norm(matrix, axis=1)
    if not (length > 0).all():
        return True
    return bool(np.linalg.matrix_rank(matrix / length[:, None], tol=_DEPENDENT) < len(matrix))
