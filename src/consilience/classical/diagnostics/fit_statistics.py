"""Likelihoods and information criteria."""

import math

import numpy as np
import pandas as pd

from consilience.classical.pooled import Pooled
from consilience.classical.solution import regression
from consilience.classical.univariate import refuse_others
from consilience.classical.wls import log_likelihood, log_restricted

_LOG_2PI = math.log(2 * math.pi)


def fit_statistics(pooled: Pooled) -> pd.DataFrame:
    """Tabulate the log likelihood and the information criteria of an analysis.

    The likelihoods are those at the estimates, whatever the estimator of tau²; criteria of analyses
    with different moderators may be compared by those of ML only.

    Returns
    -------
    DataFrame
        Rows ``ML`` and ``REML``; columns ``log_likelihood, deviance, AIC, BIC, AICc, parameters``.
        The deviance of ML is against a model that fits each estimate perfectly.

    Raises
    ------
    ModelError
        For results of other verbs than `pool`.

    References
    ----------
    Hurvich CM, Tsai C-L (1989). Biometrika 76:297–307, for AICc. doi:10.1093/biomet/76.2.297
    """
    refuse_others(pooled, "fit_statistics()")
    X = pooled.design.full
    problem = regression(pooled.effects, X)
    k, p = X.shape
    tau2 = np.array([pooled.tau2])
    parameters = p + int(pooled.estimator.scatters)
    full = float(log_likelihood(*problem.data, tau2=tau2)[0]) - 0.5 * k * _LOG_2PI
    saturated = -0.5 * (k * _LOG_2PI + float(np.log(problem.data[1]).sum()))
    # The standard form has orthonormal columns, so log|X'X| is zero in it, as it should cancel.
    restricted = float(log_restricted(*problem.data, tau2=tau2)[0]) - 0.5 * (k - p) * _LOG_2PI
    rows = {
        "ML": criteria_row(full, 2 * (saturated - full), n=k, parameters=parameters),
        "REML": criteria_row(restricted, -2 * restricted, n=k - p, parameters=parameters),
    }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.attrs = dict(pooled.attrs)
    return table


def criteria_row(height: float, deviance: float, *, n: int, parameters: int) -> dict[str, float]:
    """Give log-likelihood, deviance, AIC, BIC and AICc of one criterion."""
    enough = max(n, parameters + 2)
    corrected = 2 * parameters * enough / (enough - parameters - 1)
    return {
        "log_likelihood": height,
        "deviance": deviance,
        "AIC": -2 * height + 2 * parameters,
        "BIC": -2 * height + parameters * math.log(n) if n else math.nan,
        "AICc": -2 * height + corrected,
        "parameters": parameters,
    }
