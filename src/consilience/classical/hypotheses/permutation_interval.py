"""Confidence intervals from permutation tests."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from consilience.classical.given import refuse_level
from consilience.classical.hypotheses.permutation import permutation_test
from consilience.classical.pooled import Pooled
from consilience.classical.univariate import refuse_dependent

# The ends are steps of the p value; they are found to this share of a standard error.
_WITHIN = 1e-4
# What is not refused so many standard errors away never is; farther, rounding would decide.
_FAR = 1e4


def permutation_interval(
    pooled: Pooled, *, most: int = 1_000, seed: int = 1, level: float = 0.95
) -> pd.DataFrame:
    """Collect the values of each coefficient that a permutation test does not refuse.

    The value b is subtracted from the estimates, ``y - b x``, and what is left is tested as by
    `permutation_test`, with the same rearrangements for every b. Searched outwards from the
    estimate: beyond a value that is refused none is asked. Where tau² is estimated anew each time,
    it takes some 40 times as long as the test.

    Parameters
    ----------
    pooled : Pooled
        Its estimator and inference are used.
    most : int
        As of `permutation_test`.
    seed : int
        Of the draw.
    level : float

    Returns
    -------
    DataFrame
        By coefficient: ``estimate, lower, upper, level, interval``. Infinite ends where too few
        estimates leave no p value of ``1 - level`` or less; the intercept's are nan beside
        moderators, which say nothing of it.

    Raises
    ------
    ModelError
        For ``most < 1``, and a level outside (0, 1).
    RefusalError
        For estimates that share participants, which cannot be exchanged.

    References
    ----------
    Follmann DA, Proschan MA (1999). Biometrics 55:732–737. doi:10.1111/j.0006-341X.1999.00732.x
    Hartigan JA (1969). Journal of the American Statistical Association 64:1303–1317.
    doi:10.1080/01621459.1969.10501057
    """
    refuse_level(level)
    refuse_dependent(pooled, "A permutation interval")
    first = permutation_test(pooled, most=most, seed=seed)
    ends = [
        (math.nan, math.nan)
        if math.isnan(first["p_value"].iloc[place])
        else tuple(_end(_refused(pooled, place, most=most, seed=seed, level=level), start, step)
                   for step in (-se, se))
        for place, (start, se) in enumerate(zip(pooled.beta, _errors(pooled), strict=True))
    ]  # fmt: skip
    columns = {
        "estimate": pooled.beta, "lower": [lower for lower, _ in ends],
        "upper": [upper for _, upper in ends], "level": level, "interval": "confidence",
    }  # fmt: skip
    table = pd.DataFrame(columns, index=pd.Index(pooled.names, name="coef"))
    table.attrs = {**first.attrs, "inference": "permutation"}
    return table


def _errors(pooled: Pooled) -> list[float]:
    """Give the steps of the search: standard errors, or the largest estimate where they are 0."""
    size = float(np.abs(pooled.effects.y).max()) or 1.0
    return [float(se) if se > 0 else size for se in np.sqrt(np.diag(pooled.cov))]


def _refused(
    pooled: Pooled, place: int, *, most: int, seed: int, level: float
) -> Callable[[float], bool]:
    """Give the question whether the test refuses a value of one coefficient."""
    column = pooled.design.full[:, place]
    unit = np.arange(len(pooled.beta)) == place

    def refused(value: float) -> bool:
        effects = replace(pooled.effects, y=pooled.effects.y - value * column)
        shifted = replace(pooled, effects=effects, beta=pooled.beta - value * unit)
        p_value = permutation_test(shifted, most=most, seed=seed)["p_value"].iloc[place]
        return bool(p_value <= 1 - level)

    return refused


def _end(refused: Callable[[float], bool], start: float, step: float) -> float:
    """Go from the estimate until a value is refused, and halve the last stretch."""
    if not refused(start + _FAR * step):
        return math.copysign(math.inf, step)
    inner, outer = 0.0, 2.0
    while not refused(start + outer * step):
        inner, outer = outer, 2 * outer
    while outer - inner > _WITHIN:
        middle = (inner + outer) / 2
        inner, outer = (inner, middle) if refused(start + middle * step) else (middle, outer)
    return start + (inner + outer) / 2 * step
