"""The likelihood ratio test of two multilevel models."""

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from consilience.classical.multilevel.pooled import PooledMultilevel
from consilience.errors import ModelError

_TELLABLE = 1e-6


def levels_ratio(full: PooledMultilevel, reduced: PooledMultilevel) -> pd.Series:
    """Test a multilevel model against one that is nested in it.

    Parameters
    ----------
    full, reduced : PooledMultilevel
        Of the same effects by the same method: ``"ML"``, or ``"REML"`` where both have the same
        moderators and differ in their random effects alone.

    Returns
    -------
    Series
        ``statistic`` (twice the difference of the log likelihoods), ``df``, ``p_value``. Where a
        variance is zero in the reduced model, zero is on the edge, and the p value too large (Self
        and Liang 1987).

    Raises
    ------
    ModelError
        For other results, other effects or methods, different moderators under REML, models that
        are not nested.

    References
    ----------
    Self SG, Liang KY (1987). Journal of the American Statistical Association 82:605–610.
    doi:10.1080/01621459.1987.10478472
    """
    for each in (full, reduced):
        if not isinstance(each, PooledMultilevel):
            raise ModelError(
                f"levels_ratio() compares what cs.pool_multilevel answers, not a "
                f"{type(each).__name__}; hypotheses.likelihood_ratio() is for what cs.pool answers."
            )
    _check(full, reduced)
    df = _parameters(full) - _parameters(reduced)
    gained = full.log_likelihood - reduced.log_likelihood
    if df <= 0 or gained < -_TELLABLE:
        raise ModelError(
            "The second model is not nested in the first: give first the one with more random "
            "effects or moderators, of which the other is a special case."
        )
    statistic = max(0.0, 2 * gained)
    values = {"statistic": statistic, "df": df, "p_value": float(chdtrc(df, statistic))}
    series = pd.Series(values, dtype=float)
    series.attrs = dict(full.attrs)
    return series


def _check(full: PooledMultilevel, reduced: PooledMultilevel) -> None:
    """Refuse models of other effects, by other methods, or with moderators that are not nested."""
    one, other = full.effects, reduced.effects
    same = np.array_equal(one.y, other.y) and np.array_equal(one.v, other.v)
    methods = {each.solution.objective.criterion.code for each in (full, reduced)}
    if not same or len(methods) > 1:
        raise ModelError(
            "Likelihoods are compared of the same effects by the same method: "
            f"{' and '.join(sorted(methods))} of {one.k} and {other.k} estimates were given."
        )
    X, smaller = full.design.full, reduced.design.full
    joint = np.linalg.matrix_rank(np.hstack([X, smaller]))
    if joint > X.shape[1]:
        raise ModelError("The moderators of the second model are not among those of the first.")
    if methods == {"REML"} and X.shape[1] != smaller.shape[1]:
        raise ModelError(
            "Restricted likelihoods of different moderators are of different data; "
            'fit both by "ML".'
        )


def _parameters(pooled: PooledMultilevel) -> int:
    return len(pooled.beta) + pooled.solution.objective.parameters.count
