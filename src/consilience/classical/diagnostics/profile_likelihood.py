"""The likelihood of tau² with the coefficients at their best."""

import math

import numpy as np
import pandas as pd

from consilience.classical.intervals import get
from consilience.classical.likelihood import LikelihoodEstimator
from consilience.classical.pooled import Pooled
from consilience.classical.solution import regression
from consilience.classical.univariate import refuse_others
from consilience.errors import ModelError, RefusalError

_BEYOND = 1.6
_LOG_2PI = math.log(2 * math.pi)


def profile_likelihood(pooled: Pooled, *, points: int = 200) -> pd.DataFrame:
    """Tabulate the log likelihood of tau², restricted for REML, maximised over the coefficients.

    Parameters
    ----------
    pooled : Pooled
        By ``"ML"`` or ``"REML"``.
    points : int
        Number of values from zero to well beyond the upper end of the profile likelihood interval;
        the estimate and the ends of the interval are added to them.

    Returns
    -------
    DataFrame
        Columns ``parameter`` (``"tau2"``), ``value``, ``log_likelihood``. In ``attrs``: ``level``,
        ``estimate``, ``lower``, ``upper``.

    Raises
    ------
    RefusalError
        For an estimator that maximises no likelihood.
    ModelError
        For fewer than three points, and if no degree of freedom is left.

    References
    ----------
    Hardy RJ, Thompson SG (1996). Statistics in Medicine 15:619–629.
    doi:10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A
    """
    refuse_others(pooled, "This profile")
    if not isinstance(pooled.estimator, LikelihoodEstimator):
        raise RefusalError(
            f"{pooled.estimator.label} maximises no likelihood, so it has no profile. Pool by "
            '"REML" or "ML".'
        )
    problem = regression(pooled.effects, pooled.design.full)
    if points < 3 or not problem.df:
        raise ModelError("A profile needs three points or more, and an analysis with at least one "
                         "estimate more than coefficients.")  # fmt: skip
    lower, upper = get("PL").ends(problem, pooled.estimator, tau2=pooled.tau2, level=pooled.level)
    most = _BEYOND * (upper or float(pooled.effects.v.max()))
    # Denser towards zero, where a profile may bend sharply.
    spread = most * np.linspace(0.0, 1.0, points) ** 2
    values = np.unique([*spread, pooled.tau2, lower, upper])
    height = pooled.estimator.log_likelihood(*problem.data, tau2=values)
    count = pooled.estimator.dimension(pooled.effects.k, len(pooled.beta))
    columns = {
        "parameter": "tau2",
        "value": values,
        "log_likelihood": height - 0.5 * count * _LOG_2PI,
    }
    table = pd.DataFrame(columns)
    ends = {"level": pooled.level, "estimate": pooled.tau2, "lower": lower, "upper": upper}
    table.attrs = pooled.attrs | ends
    return table
