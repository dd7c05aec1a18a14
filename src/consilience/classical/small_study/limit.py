"""Limit meta-analysis: the effect of a trial of infinite precision."""

import math

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from consilience.classical.pooled import Pooled
from consilience.classical.univariate import refuse_dependent
from consilience.classical.wls import Weighted, standard_form
from consilience.errors import ModelError


def limit_meta_analysis(pooled: Pooled) -> pd.Series:
    """Correct for small-study effects by a random effects model with a bias of each trial's SE.

    ``y = beta + √(v + tau²) (alpha + e)``, e standard normal; as the sampling variance vanishes,
    the expected effect becomes ``beta + tau alpha``.

    Parameters
    ----------
    pooled : Pooled
        Without moderators; its tau² and level are used.

    Returns
    -------
    Series
        ``estimate, se, statistic, p_value, lower, upper, level, interval`` of the limit, and
        ``alpha, alpha_se, beta, G2`` (share of the variance, in percent, that small-study effects
        leave unexplained).

    Raises
    ------
    ModelError
        With moderators, for fewer than three estimates, or standard errors that are all the same.
    RefusalError
        If estimates share participants.

    References
    ----------
    Rücker G, Schwarzer G, Carpenter JR, Binder H, Schumacher M (2011). Biostatistics 12:122–142.
    doi:10.1093/biostatistics/kxq046
    """
    refuse_dependent(pooled, "Limit meta-analysis")
    effects = pooled.effects
    if pooled.design.names or effects.k < 3 or np.ptp(effects.v) == 0:
        raise ModelError("limit_meta_analysis() takes three estimates or more, of different "
                         "variances, without moderators.")  # fmt: skip
    total = effects.v + pooled.tau2
    X = np.column_stack([np.ones(effects.k), np.sqrt(total)])
    problem = standard_form(effects.y, total, X)
    fit = Weighted(*problem.data)
    beta, alpha = problem.offset + problem.back @ fit.beta
    cov = problem.back @ fit.cov @ problem.back.T
    row = np.array([1.0, math.sqrt(pooled.tau2)])
    estimate, se = float(row @ [beta, alpha]), math.sqrt(float(row @ cov @ row))
    half = float(ndtri(0.5 + pooled.level / 2)) * se
    values = {
        "estimate": estimate, "se": se, "statistic": estimate / se,
        "p_value": float(2 * ndtr(-abs(estimate / se))), "lower": estimate - half,
        "upper": estimate + half, "level": pooled.level, "interval": "confidence",
        "alpha": float(alpha), "alpha_se": math.sqrt(float(cov[1, 1])), "beta": float(beta),
        "G2": _unexplained(pooled),
    }  # fmt: skip
    series = pd.Series(values, dtype=object)
    series.attrs = dict(pooled.attrs)
    return series


def _unexplained(pooled: Pooled) -> float:
    """``1 - R²`` of the radial plot's line with an intercept, in percent."""
    s = np.sqrt(pooled.effects.v + pooled.tau2)
    return 100 * (1 - float(np.corrcoef(pooled.effects.y / s, 1 / s)[0, 1]) ** 2)
