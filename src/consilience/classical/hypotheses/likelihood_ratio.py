"""Likelihood ratio tests, and intervals that they give."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import chdtrc, chdtri

from consilience.classical.base import Estimator
from consilience.classical.ce import CommonEffect
from consilience.classical.ml import MaximumLikelihood
from consilience.classical.pooled import Pooled
from consilience.classical.solution import regression
from consilience.classical.univariate import refuse_others
from consilience.classical.wls import Floats, log_likelihood
from consilience.effects import Effects
from consilience.errors import ModelError

_TOLERANCE = 1e-13
_MOST_DOUBLINGS = 60


def likelihood_ratio(full: Pooled, reduced: Pooled) -> pd.Series:
    """Test a model against one that is nested in it, both by maximum likelihood.

    Parameters
    ----------
    full, reduced : Pooled
        Of the same effects, pooled by ``"ML"`` or ``"CE"``; the columns of the second design are
        spanned by those of the first.

    Returns
    -------
    Series
        ``statistic`` (twice the difference of the log likelihoods), ``df``, ``p_value``. Testing
        for between-trial variance (``"CE"`` against ``"ML"``) the value zero is on the edge, and
        the p value is twice too large (Self and Liang 1987).

    Raises
    ------
    ModelError
        For other estimators, other effects, models that are not nested.

    References
    ----------
    Huizenga HM, Visser I, Dolan CV (2011). British Journal of Mathematical and Statistical
    Psychology 64:1–19. doi:10.1348/000711010X522687
    """
    for each in (full, reduced):
        refuse_others(each, "likelihood_ratio()")
    _check(full, reduced)
    df = _parameters(full) - _parameters(reduced)
    statistic = max(0.0, 2 * (_height(full) - _height(reduced)))
    values = {"statistic": statistic, "df": df, "p_value": float(chdtrc(df, statistic))}
    series = pd.Series(values, dtype=float)
    series.attrs = dict(full.attrs)
    return series


def profile_interval(pooled: Pooled) -> pd.DataFrame:
    """Find profile likelihood intervals and likelihood ratio tests of each coefficient.

    All values at which twice the log likelihood, the other coefficients and tau² estimated anew, is
    within the quantile of chi-square(1) of its maximum.

    Parameters
    ----------
    pooled : Pooled
        By ``"ML"`` or ``"CE"``; its level is used.

    Returns
    -------
    DataFrame
        By coefficient: ``estimate, statistic`` (of the coefficient being zero), ``p_value, lower,
        upper, level, interval``.

    Raises
    ------
    ModelError
        For other estimators, and the results of other verbs.
    ConvergenceError
        If tau² is not found.

    References
    ----------
    Hardy RJ, Thompson SG (1996). Statistics in Medicine 15:619–629.
    doi:10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A
    """
    refuse_others(pooled, "This interval")
    _by_likelihood(pooled)
    rows = [_row(pooled, place) for place in range(len(pooled.beta))]
    table = pd.DataFrame(rows, index=pd.Index(pooled.names, name="coef"))
    table.attrs = dict(pooled.attrs)
    return table


def _row(pooled: Pooled, place: int) -> dict[str, object]:
    """Test one coefficient, and find where the profile falls by the quantile of χ²₁."""
    from scipy.optimize import brentq

    top, cut = _height(pooled), float(chdtri(1, 1 - pooled.level))
    estimate, se = float(pooled.beta[place]), math.sqrt(float(pooled.cov[place, place]))

    def drop(steps: float) -> float:
        return 2 * (top - _profile(pooled, place, value=estimate + steps * se))

    ends = []
    for side in (-1.0, 1.0):
        far = 2.0
        for _ in range(_MOST_DOUBLINGS):
            if drop(side * far) > cut:
                break
            far *= 2
        found = brentq(lambda x, s=side: drop(s * x) - cut, 0.0, far, rtol=_TOLERANCE)
        ends.append(estimate + side * found * se)
    statistic = max(0.0, drop(-estimate / se))
    return {
        "estimate": estimate, "statistic": statistic, "p_value": float(chdtrc(1, statistic)),
        "lower": ends[0], "upper": ends[1], "level": pooled.level, "interval": "confidence",
    }  # fmt: skip


def _profile(pooled: Pooled, place: int, *, value: float) -> float:
    """Height of the likelihood where one coefficient is fixed."""
    X = pooled.design.full
    rest = replace(pooled.effects, y=pooled.effects.y - value * X[:, place])
    return _highest(rest, np.delete(X, place, axis=1), estimator=pooled.estimator)


def _highest(effects: Effects, X: Floats, *, estimator: Estimator) -> float:
    """Give the likelihood at its top over tau², with these columns or none."""
    if not X.shape[1]:
        # A column of zeros would alias; a regression of nothing is written as its own residual.
        v, y = effects.shared.rotated(effects.v, effects.y)
        return _bare(y, v, estimator)
    data = regression(effects, X).data
    tau2 = estimator.tau2(*data)
    return float(log_likelihood(*data, tau2=np.array([tau2]))[0])


def _bare(y: Floats, v: Floats, estimator: Estimator) -> float:
    """Height without any coefficient: that of twins ``±y`` about their own mean, halved."""
    twins, twice = np.concatenate([y, -y]), np.concatenate([v, v])
    data = twins, twice, np.ones((len(twins), 1))
    tau2 = estimator.tau2(*data)
    return float(log_likelihood(*data, tau2=np.array([tau2]))[0]) / 2


def _height(pooled: Pooled) -> float:
    data = regression(pooled.effects, pooled.design.full).data
    return float(log_likelihood(*data, tau2=np.array([pooled.tau2]))[0])


def _parameters(pooled: Pooled) -> int:
    return len(pooled.beta) + int(pooled.estimator.scatters)


def _by_likelihood(pooled: Pooled) -> None:
    if not isinstance(pooled.estimator, MaximumLikelihood | CommonEffect):
        raise ModelError(f'{pooled.estimator.label} maximises no full likelihood; pool by "ML".')


def _check(full: Pooled, reduced: Pooled) -> None:
    """Refuse models that are not nested, or that differ in their effects."""
    _by_likelihood(full)
    _by_likelihood(reduced)
    same = np.array_equal(full.effects.y, reduced.effects.y) and np.array_equal(
        full.effects.v, reduced.effects.v
    )
    X, smaller = full.design.full, reduced.design.full
    nested = same and np.linalg.matrix_rank(np.hstack([X, smaller])) == X.shape[1]
    if not nested or _parameters(full) <= _parameters(reduced):
        raise ModelError(
            "The second model is not nested in the first: give the same effects, and first the "
            "model with more moderators (or ML against CE)."
        )
