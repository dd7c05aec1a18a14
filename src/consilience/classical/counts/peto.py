"""Peto's one-step odds ratio."""

import numpy as np
import pandas as pd

from consilience.classical.counts.answer import heterogeneity, row, series
from consilience.classical.counts.tables import two_by_two
from consilience.errors import ModelError


def peto(table: pd.DataFrame, *, level: float = 0.95) -> pd.Series:
    """Pool log odds ratios as ``Σ(O - E) / ΣV``; for rare events, small effects, balanced arms.

    Parameters
    ----------
    table : DataFrame, k rows
        With `events1, n1, events2, n2`.
    level : float
        Of the interval.

    Returns
    -------
    Series
        ``estimate`` (log odds ratio, intervention against comparator as it stands), ``se,
        statistic, p_value, lower, upper, level, interval, Q, Q_df, Q_p, I2, H2, k``. Trials without
        events, or with nothing else, add nothing.

    Raises
    ------
    ModelError
        Without the columns, or if no trial has both events and non-events.
    DataError
        For counts that cannot be.

    References
    ----------
    Yusuf S, Peto R, Lewis J, Collins R, Sleight P (1985). Progress in Cardiovascular Diseases
    27:335–371. doi:10.1016/S0033-0620(85)80003-7
    """
    a, b, c, d = two_by_two(table)
    n1, n2, total = a + b, c + d, a + b + c + d
    excess = a - (a + c) * n1 / total
    with np.errstate(divide="ignore", invalid="ignore"):
        V = n1 * n2 * (a + c) * (b + d) / (total**2 * (total - 1))
    told = V > 0
    if not told.any():
        raise ModelError("No trial has both events and non-events; there is no odds ratio.")
    information = float(V[told].sum())
    estimate = float(excess[told].sum()) / information
    y, v = excess[told] / V[told], 1 / V[told]
    values = row(estimate, information**-0.5, level=level) | heterogeneity(y, v, estimate=estimate)
    return series(values | {"k": len(a)}, method="Peto", measure="PETO")
