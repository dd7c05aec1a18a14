"""How much of the scatter the moderators explain."""

import math

from consilience.classical.pool import pool
from consilience.classical.pooled import Pooled
from consilience.classical.univariate import refuse_others
from consilience.errors import ModelError


def explained(pooled: Pooled) -> float:
    """``R² = 100 max(0, 1 - tau² / tau0²)``, tau0² without moderators, by the same estimator.

    Under a common effect, where there is no tau², the adjusted R² of the weighted regression:
    ``1 - (Q / (k - p)) / (Q0 / (k - 1))`` of Cochran's Q with and without moderators. Unsteady with
    few trials: with fewer than some forty its sampling error is of its own size.

    Returns
    -------
    float
        Percent; nan where there is no scatter to explain.

    Raises
    ------
    ModelError
        Without moderators, without an intercept, and for the results of other verbs.
    DataError
        For numbers that double precision cannot hold.

    References
    ----------
    Raudenbush SW (2009), in The Handbook of Research Synthesis and Meta-Analysis, second edition.
    López-López JA, Marín-Martínez F, Sánchez-Meca J, Van den Noortgate W, Viechtbauer W (2014).
    British Journal of Mathematical and Statistical Psychology 67:30–48. doi:10.1111/bmsp.12002
    """
    refuse_others(pooled, "R²")
    if not pooled.design.names or not pooled.design.intercept:
        raise ModelError("R² compares a regression with its intercept alone; give moderators.")
    alone = pool(pooled.effects, pooled.estimator)
    left, whole = (_scatter(each) for each in (pooled, alone))
    return 100 * max(0.0, 1 - left / whole) if whole > 0 else math.nan


def _scatter(pooled: Pooled) -> float:
    if pooled.estimator.scatters:
        return pooled.tau2
    found = pooled.heterogeneity()
    return float(found["Q"] / found["Q_df"])
