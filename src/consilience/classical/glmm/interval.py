"""The profile likelihood interval of tau² of a model of counts."""

import math

import numpy as np
import pandas as pd
from scipy.special import chdtri

from consilience.classical.glmm.pool import likelihood
from consilience.classical.glmm.pooled_counts import PooledCounts
from consilience.classical.glmm.solution import Stage, highest, profile
from consilience.errors import ConvergenceError, ModelError

_DOUBLINGS = 30
_TOLERANCE = 1e-10


def tau2_interval(pooled: PooledCounts) -> pd.DataFrame:
    """Find all tau² that the profile likelihood does not reject.

    Twice its distance from the highest is within the quantile of chi-square(1).

    Parameters
    ----------
    pooled : PooledCounts
        Not under a common effect; its level is used.

    Returns
    -------
    DataFrame
        Rows ``tau2, tau``; columns ``estimate, lower, upper, level, interval``. Near zero, where
        the chi-square is on the safe side, intervals cover more than the level.

    Raises
    ------
    ModelError
        Under a common effect and for one trial.
    ConvergenceError
        If no upper end is found.

    References
    ----------
    Hardy RJ, Thompson SG (1996). Statistics in Medicine 15:619–629.
    doi:10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A
    """
    if pooled.model.common or pooled.linear.residual < 1:
        raise ModelError("There is no interval of tau² under a common effect or for one trial.")
    arms, start, _ = likelihood(
        pooled.effects, pooled.model, pooled.design.full, known=pooled.known
    )
    stage, _ = highest(pooled.model, arms, start)
    cut = float(chdtri(1, 1 - pooled.level)) / 2
    ends = np.array(_ends(stage, math.sqrt(pooled.tau2), cut=cut))
    rows = [[pooled.tau2, *ends**2], [math.sqrt(pooled.tau2), *ends]]
    table = pd.DataFrame(rows, index=["tau2", "tau"], columns=["estimate", "lower", "upper"])
    table = table.assign(level=pooled.level, interval="confidence")
    table.attrs = pooled.attrs | {"tau2_interval": "profile likelihood"}
    return table


def _ends(stage: Stage, tau: float, *, cut: float) -> tuple[float, float]:
    """Find where the profile has fallen by the cut on either side; zero if it never does below."""
    from scipy.optimize import brentq

    def above(at: float) -> float:
        return profile(stage, at) - stage.best.height + cut

    low = 0.0
    if tau and stage.plain.height < stage.best.height - cut:
        low = float(brentq(above, 0.0, tau, xtol=_TOLERANCE))
    far = max(2 * tau, 0.1)
    for _ in range(_DOUBLINGS):
        if above(far) < 0:
            return low, float(brentq(above, tau, far, xtol=_TOLERANCE))
        far *= 2
    raise ConvergenceError(f"tau may be {far:.3g} or more: the trials do not bound it from above.")
