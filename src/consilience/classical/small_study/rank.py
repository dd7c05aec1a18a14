"""Begg and Mazumdar's rank correlation test."""

import numpy as np
import pandas as pd

from consilience.classical.independent import refuse_shared
from consilience.effects import Effects
from consilience.errors import ModelError


def rank_test(effects: Effects) -> pd.Series:
    """Correlate the ranks of the estimates with those of their variances.

    Kendall's tau between ``(y - ȳ) / √(v - 1 / Σw)`` and v, ȳ the common-effect mean.

    Returns
    -------
    Series
        ``tau, p_value`` (exact without ties, else by the normal) and ``k``.

    Raises
    ------
    ModelError
        For fewer than three estimates, or variances that are all the same.
    RefusalError
        If estimates share participants.

    References
    ----------
    Begg CB, Mazumdar M (1994). Biometrics 50:1088–1101. doi:10.2307/2533446
    """
    from scipy.stats import kendalltau

    refuse_shared(effects, "The rank test")
    y, v = effects.y, effects.v
    if effects.k < 3 or np.ptp(v) == 0:
        raise ModelError("The rank test needs three estimates or more, of different variances.")
    w = 1 / v
    deviates = (y - w @ y / w.sum()) / np.sqrt(v - 1 / w.sum())
    ties = len(np.unique(v)) < len(v) or len(np.unique(deviates)) < len(v)
    found = kendalltau(deviates, v, method="asymptotic" if ties else "exact")
    values = {"tau": found.statistic, "p_value": found.pvalue, "k": float(effects.k)}
    series = pd.Series(values, dtype=float)
    series.attrs = {"direction": effects.direction, "exact": not ties}
    return series
