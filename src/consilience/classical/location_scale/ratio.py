"""The likelihood ratio test of a location–scale model against one that is nested in it."""

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from consilience.classical.location_scale.pooled_scale import PooledScale
from consilience.classical.wls import Floats
from consilience.errors import ModelError


def scale_ratio(full: PooledScale, reduced: PooledScale) -> pd.Series:
    """Test one location–scale model against another that is nested in it.

    Parameters
    ----------
    full, reduced : PooledScale
        Of the same effects by the same likelihood and link. By REML both have the same location,
        for their likelihoods are of the same contrasts only then.

    Returns
    -------
    Series
        ``statistic`` (twice the difference of the log likelihoods), ``df``, ``p_value``.

    Raises
    ------
    ModelError
        If the second is not nested in the first, and for the results of other verbs.

    References
    ----------
    Viechtbauer W, López-López JA (2022). Research Synthesis Methods 13:697–715, section 2.4.
    doi:10.1002/jrsm.1562
    """
    for each in (full, reduced):
        if not isinstance(each, PooledScale):
            raise ModelError(
                f"scale_ratio() compares what cs.pool_location_scale answers, not a "
                f"{type(each).__name__}."
            )
    code = full.model.chosen_criterion().code
    df = _count(full) - _count(reduced)
    _check(full, reduced, df=df)
    tables = [each.fit_statistics()["log_likelihood"] for each in (full, reduced)]
    statistic = max(0.0, 2 * float(tables[0].loc[code] - tables[1].loc[code]))
    values = {"statistic": statistic, "df": df, "p_value": float(chdtrc(df, statistic))}
    series = pd.Series(values, dtype=float)
    series.attrs = full.attrs
    return series


def _count(pooled: PooledScale) -> int:
    return len(pooled.beta) + len(pooled.scale.linear.beta)


def _check(full: PooledScale, reduced: PooledScale, *, df: int) -> None:
    """Refuse models that are not nested in location and scale under one likelihood and link."""
    same = np.array_equal(full.effects.y, reduced.effects.y) and np.array_equal(
        full.effects.v, reduced.effects.v
    )
    alike = (
        full.model.chosen_criterion().code == reduced.model.chosen_criterion().code
        and full.model.chosen_link().code == reduced.model.chosen_link().code
    )
    nested = same and alike and df > 0
    nested = nested and _spanned(full.design.full, reduced.design.full)
    nested = nested and _spanned(full.scale.design.full, reduced.scale.design.full)
    moved = len(full.beta) != len(reduced.beta)
    if not nested or (full.model.chosen_criterion().restricted and moved):
        raise ModelError(
            "The second model is not nested in the first: give the same effects, likelihood and "
            'link, first the model with more moderators; and estimator="ML" where the moderators '
            "of the location differ."
        )


def _spanned(larger: Floats, smaller: Floats) -> bool:
    return bool(np.linalg.matrix_rank(np.hstack([larger, smaller])) == larger.shape[1])
