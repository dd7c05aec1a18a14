"""The degrees of freedom of a comparison of two means."""

import numpy as np
from scipy.special import ndtri, stdtrit

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.sheet import Mask, Sheet


def residual_df(sheet: Sheet) -> Floats:
    """Return the printed `f_df`, else n1 + n2 − 2, else n_total − 2, (rows,); NaN without any."""
    n1, n2, total, printed = sheet.columns("n1", "n2", "n_total", "f_df")
    n = np.where(np.isnan(n1 + n2), total, n1 + n2)
    df = np.where(np.isnan(printed), n - 2, printed)
    return np.where(df >= 1, df, np.nan)


def half_width(df: Floats, *, level: float, normal: Mask) -> Floats:
    """Return half the width of an interval in standard errors, (rows,).

    Parameters
    ----------
    df : ndarray (rows,)
        Degrees of freedom of Student's t.
    level : float
    normal : ndarray (rows,) of bool
        Where the normal distribution is taken instead.
    """
    tail = (1 + level) / 2
    values, at = np.unique(np.where(normal, np.nan, df), return_inverse=True)
    return np.where(normal, ndtri(tail), stdtrit(values, tail)[at])
