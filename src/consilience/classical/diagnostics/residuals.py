"""Residuals, hat values and shrunken effects of each estimate."""

import numpy as np
import pandas as pd

from consilience.classical.diagnostics.table import labelled
from consilience.classical.pooled import Pooled
from consilience.classical.univariate import refuse_dependent
from consilience.classical.wls import Floats, Weighted, standard_form


def hat_values(pooled: Pooled) -> Floats:
    """Give the leverages: the diagonal of ``X (X'WX)⁻¹ X'W``, shape (k,), summing to p.

    Raises
    ------
    ModelError
        For what is no result of `pool`.
    RefusalError
        If estimates share participants.
    """
    refuse_dependent(pooled, "A leverage")
    problem = standard_form(pooled.effects.y, pooled.effects.v, pooled.design.full)
    fit = Weighted(*problem.data, pooled.tau2)
    basis = problem.data[2]
    return np.einsum("kp,pq,kq->k", basis, fit.cov, basis) * fit.weights


def residuals(pooled: Pooled) -> pd.DataFrame:
    """Tabulate each estimate beside its expectation.

    Returns
    -------
    DataFrame
        By estimate: ``fitted, residual, residual_se`` (``√((v + tau²) (1 - h))``), ``z``
        (internally studentised), ``hat``, ``weight`` (percent).

    Raises
    ------
    ModelError
        For what is no result of `pool`.
    RefusalError
        If estimates share participants.
    """
    hat = hat_values(pooled)
    effects = pooled.effects
    fitted = pooled.design.full @ pooled.beta
    residual = effects.y - fitted
    with np.errstate(divide="ignore", invalid="ignore"):
        se = np.sqrt((effects.v + pooled.tau2) * (1 - hat))
        z = residual / se
    columns = {
        "fitted": fitted, "residual": residual, "residual_se": se, "z": z, "hat": hat,
        "weight": pooled.weights().to_numpy(),
    }  # fmt: skip
    return labelled(pd.DataFrame(columns), pooled)


def shrunken(pooled: Pooled) -> pd.DataFrame:
    """Estimate each trial's own true effect by empirical Bayes (best linear unbiased prediction).

    ``B y + (1 - B) X beta`` with ``B = tau² / (tau² + v)`` and variance
    ``B v + (1 - B)² x'cov x``; tau² is taken as known.

    Returns
    -------
    DataFrame
        By estimate: ``estimate, se, lower, upper, level, interval``.

    Raises
    ------
    ModelError
        For what is no result of `pool`.
    RefusalError
        If estimates share participants.

    References
    ----------
    Raudenbush SW, Bryk AS (1985). Journal of Educational Statistics 10:75–98.
    doi:10.3102/10769986010002075
    """
    refuse_dependent(pooled, "Shrinkage of each estimate by itself")
    effects, X = pooled.effects, pooled.design.full
    share = pooled.tau2 / (pooled.tau2 + effects.v)
    estimate = share * effects.y + (1 - share) * (X @ pooled.beta)
    spread = np.einsum("kp,pq,kq->k", X, pooled.cov, X)
    se = np.sqrt(share * effects.v + (1 - share) ** 2 * spread)
    half = pooled.inference.critical(pooled.level, effects.k - X.shape[1]) * se
    columns = {
        "estimate": estimate, "se": se, "lower": estimate - half, "upper": estimate + half,
        "level": pooled.level, "interval": "prediction",
    }  # fmt: skip
    return labelled(pd.DataFrame(columns), pooled)
