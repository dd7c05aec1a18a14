"""How much the effects scatter beyond chance: tau², I², H², Q."""

import math

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from consilience.classical.base import Estimator
from consilience.classical.intervals import Tau2Interval
from consilience.classical.qprofile import tau2_interval
from consilience.classical.wls import Floats, StandardForm, Weighted


def heterogeneity(
    problem: StandardForm, estimator: Estimator, *, tau2: float, level: float
) -> dict[str, float]:
    """Measure the heterogeneity that is left beside the moderators.

    ``I² = 100 tau² / (tau² + s²)``, ``H² = 1 + tau² / s²`` with the typical sampling variance
    ``s² = (k - p) / tr P``. Under a common effect they come from Q:
    ``I² = 100 max(0, 1 - (k - p) / Q)``, ``H² = Q / (k - p)``, and nothing is said of tau².

    Returns
    -------
    dict
        ``tau2, tau2_se, tau, tau2_lower, tau2_upper`` (Q-profile), ``I2`` (percent), ``H2``,
        ``Q, Q_df, Q_p``; nan for what one estimate cannot tell.

    Raises
    ------
    ConvergenceError
        If an end of the interval of tau² is not found.

    References
    ----------
    Higgins JPT, Thompson SG (2002). Statistics in Medicine 21:1539–1558. doi:10.1002/sim.1186
    """
    if not problem.df:
        unknown = dict.fromkeys(("tau2_lower", "tau2_upper", "I2", "H2"), math.nan)
        test = {"Q": 0.0, "Q_df": 0.0, "Q_p": math.nan}
        return {"tau2": tau2, "tau2_se": math.nan, "tau": math.sqrt(tau2), **unknown, **test}
    fixed = Weighted(*problem.data)
    lower, upper = _interval(problem, estimator, level=level)
    data = problem.read(fitted=estimator.reads_fitted)
    share, ratio = _relative(fixed, estimator, tau2=tau2)
    return {
        "tau2": tau2,
        "tau2_se": estimator.tau2_se(*data, tau2=tau2),
        "tau": math.sqrt(tau2),
        "tau2_lower": lower,
        "tau2_upper": upper,
        "I2": share,
        "H2": ratio,
        "Q": fixed.Q,
        "Q_df": float(fixed.df),
        "Q_p": float(chdtrc(fixed.df, fixed.Q)),
    }


def _interval(problem: StandardForm, estimator: Estimator, *, level: float) -> tuple[float, float]:
    if not estimator.scatters:
        return math.nan, math.nan
    return tau2_interval(*problem.data, level=level)


def _relative(fixed: Weighted, estimator: Estimator, *, tau2: float) -> tuple[float, float]:
    if not estimator.scatters:
        ratio = fixed.Q / fixed.df
        return 100 * max(0.0, 1 - 1 / np.maximum(ratio, 1.0)), ratio
    typical = fixed.df / fixed.trace
    return 100 * tau2 / (tau2 + typical), 1 + tau2 / typical


def tau2_table(
    problem: StandardForm,
    estimator: Estimator,
    *,
    interval: Tau2Interval,
    tau2: float,
    level: float,
) -> pd.DataFrame:
    """Tabulate tau², tau, I² and H² with intervals, all from the one of tau².

    Returns
    -------
    DataFrame
        Rows ``tau2, tau, I2, H2``; columns ``estimate, lower, upper, level, interval``.
    """
    ends = interval.ends(problem, estimator, tau2=tau2, level=level)
    typical = problem.df / Weighted(*problem.data).trace
    return scatter_rows(np.array([tau2, *ends]), typical, level=level)


def scatter_rows(values: Floats, typical: float, *, level: float) -> pd.DataFrame:
    """Tabulate tau², tau, I² and H² of a tau² and the ends of its interval.

    Parameters
    ----------
    values : ndarray, shape (3,)
        Estimate, lower and upper end.
    typical : float
        Typical sampling variance.
    level : float
        Of the interval.
    """
    ratio = 1 + values / typical
    rows = [values, np.sqrt(values), 100 * values / (values + typical), ratio]
    columns = ["estimate", "lower", "upper"]
    table = pd.DataFrame(rows, index=["tau2", "tau", "I2", "H2"], columns=columns)
    return table.assign(level=level, interval="confidence")
