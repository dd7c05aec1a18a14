"""How much of the scatter the moderators explain."""

import math

from consilience.classical.pool import pool
from consilience.classical.pooled import Pooled
from consilience.errors import ModelError


def explained(pooled: Pooled) -> float:
    """``R² = 100 max(0, 1 - tau² / tau0²)``, tau0² without moderators, by the same estimator.

    Unsteady with few trials: with fewer than some forty its sampling error is of its own size.

    Returns
    -------
    float
        Percent; nan under a common effect and where there is no scatter to explain.

    Raises
    ------
    ModelError
        Without moderators, or without an intercept.

    References
    ----------
    Raudenbush SW (2009), in The Handbook of Research Synthesis and Meta-Analysis, second edition.
    López-López JA, Marín-Martínez F, Sánchez-Meca J, Van den Noortgate W, Viechtbauer W (2014).
    British Journal of Mathematical and Statistical Psychology 67:30–48. doi:10.1111/bmsp.12002
    """
    if not pooled.design.names or not pooled.design.intercept:
        raise ModelError("R² compares a regression with its intercept alone; give moderators.")
    if not pooled.estimator.scatters:
        return math.nan
    alone = pool(pooled.effects, pooled.estimator).tau2
    return 100 * max(0.0, 1 - pooled.tau2 / alone) if alone > 0 else math.nan
