"""How much each estimate moves the answer."""

import numpy as np
import pandas as pd
from scipy.special import chdtri

from consilience.classical.diagnostics.deletion import deletions
from consilience.classical.diagnostics.residuals import hat_values
from consilience.classical.diagnostics.table import labelled
from consilience.classical.pooled import Pooled
from consilience.classical.wls import Floats


def influence(pooled: Pooled) -> pd.DataFrame:
    """Measure what happens to an analysis without each estimate, tau² estimated anew.

    Returns
    -------
    DataFrame
        By estimate: ``rstudent`` (externally studentised residual), ``dffits``, ``cooks_distance``
        (``d'cov⁻¹ d``, d the change of beta), ``cov_ratio``, ``tau2_without``, ``Q_without``,
        ``hat``, ``weight`` (percent), ``dfbetas[…]`` (one for each coefficient) and ``influential``
        (``|dffits| > 3 √(p / (k - p))``, or Cook's distance above the median of chi-square with p
        degrees of freedom, or ``hat > 3 p / k``, or a ``|dfbetas| > 1``).

    Raises
    ------
    ModelError
        If fewer than ``p + 2`` estimates are given, or a moderator rests on one of them.

    References
    ----------
    Viechtbauer W, Cheung MWL (2010). Research Synthesis Methods 1:112–125. doi:10.1002/jrsm.11
    """
    left, hat = deletions(pooled), hat_values(pooled)
    change = pooled.beta - left.beta
    moved = np.einsum("kp,kp->k", left.X, change)
    with np.errstate(divide="ignore", invalid="ignore"):
        dffits = moved / np.sqrt(left.factor * hat * (left.tau2 + left.v))
        foreseen = np.sqrt(left.v + left.tau2 + left.predicted_variance)
        dfbetas = change / np.sqrt(_variances(pooled, left.tau2, left.factor))
    columns = {
        "rstudent": (left.y - left.predicted) / foreseen,
        "dffits": dffits,
        "cooks_distance": np.einsum("kp,pq,kq->k", change, np.linalg.inv(pooled.cov), change),
        "cov_ratio": np.linalg.det(left.cov) / np.linalg.det(pooled.cov),
        "tau2_without": left.tau2,
        "Q_without": left.Q,
        "hat": hat,
        "weight": pooled.weights().to_numpy(),
        **{f"dfbetas[{name}]": dfbetas[:, place] for place, name in enumerate(pooled.names)},
    }
    table = labelled(pd.DataFrame(columns), pooled)
    table["influential"] = _influential(table, dfbetas)
    return table


def baujat(pooled: Pooled) -> pd.DataFrame:
    """Find where heterogeneity comes from, and which estimates move the result.

    Returns
    -------
    DataFrame
        By estimate: ``heterogeneity`` (its share of Q at the estimated tau²,
        ``(y - fitted)² / (v + tau²)``) and ``influence`` (the squared change of its fitted value
        without it, in units of its variance then).

    Raises
    ------
    ModelError
        For what is no result of `pool`, and where nothing is left without an estimate.
    RefusalError
        If estimates share participants.

    References
    ----------
    Baujat B, Mahé C, Pignon JP, Hill C (2002). Statistics in Medicine 21:2641–2652.
    doi:10.1002/sim.1221
    """
    left = deletions(pooled)
    fitted = left.X @ pooled.beta
    columns = {
        "heterogeneity": (left.y - fitted) ** 2 / (left.v + pooled.tau2),
        "influence": (fitted - left.predicted) ** 2 / left.predicted_variance,
    }
    return labelled(pd.DataFrame(columns), pooled)


def _variances(pooled: Pooled, tau2: Floats, factor: Floats) -> Floats:
    """Variances of the coefficients of all estimates at the tau² of the others, (k, p)."""
    X, v = pooled.design.full, pooled.effects.v
    found = [
        each * np.diag(np.linalg.inv((X / (v + t)[:, None]).T @ X))
        for t, each in zip(tau2, factor, strict=True)
    ]
    return np.array(found)


def _influential(table: pd.DataFrame, dfbetas: Floats) -> Floats:
    """Mark estimates beyond any of the usual bounds of Viechtbauer and Cheung."""
    k, p = dfbetas.shape
    marks = (
        table["dffits"].abs() > 3 * np.sqrt(p / (k - p)),
        table["cooks_distance"] > float(chdtri(p, 0.5)),
        table["hat"] > 3 * p / k,
        (np.abs(dfbetas) > 1).any(axis=1),
    )
    return np.logical_or.reduce([np.asarray(mark) for mark in marks])
