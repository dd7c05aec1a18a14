"""A weighted straight line with a dispersion of its own."""

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from consilience.classical.wls import Floats, Weighted, standard_form


def weighted_line(y: Floats, x: Floats, *, weights: Floats, level: float) -> pd.DataFrame:
    """Regress y on x, error variances proportional to ``1 / weights``.

    Parameters
    ----------
    y, x, weights : ndarray, shape (k,)
        Three or more.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame
        Rows ``intercept`` and ``slope``; columns ``estimate, se, statistic, df, p_value, lower,
        upper, level, interval``, by t with k - 2 degrees of freedom; nan for errors where the line
        goes through all points, which then tell nothing of their dispersion.
    """
    problem = standard_form(y, 1.0 / weights, np.column_stack([np.ones_like(x), x]))
    fit = Weighted(*problem.data)
    estimate = problem.offset + problem.back @ fit.beta
    dispersion = fit.Q / fit.df if fit.Q > 0 else np.nan
    cov = dispersion * problem.back @ fit.cov @ problem.back.T
    se = np.sqrt(np.diag(cov))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = estimate / se
    half = float(stdtrit(fit.df, 0.5 + level / 2)) * se
    columns = {
        "estimate": estimate, "se": se, "statistic": statistic, "df": float(fit.df),
        "p_value": 2 * stdtr(fit.df, -np.abs(statistic)), "lower": estimate - half,
        "upper": estimate + half, "level": level, "interval": "confidence",
    }  # fmt: skip
    return pd.DataFrame(columns, index=pd.Index(["intercept", "slope"], name="coef"))
