"""Copas's selection model: the more precise a trial, the surer it is to be published."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import final

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from consilience.classical.given import refuse_alpha
from consilience.classical.pooled import Pooled
from consilience.classical.small_study.copas_likelihood import (
    CopasProblem,
    copas_fit,
    residual_p,
)
from consilience.classical.univariate import refuse_dependent
from consilience.errors import ModelError

_LEVELS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
_HALVINGS = 20


@final
@dataclass(frozen=True, slots=True, eq=False)
class Copas:
    """What Copas's model finds over a range of selection.

    Parameters
    ----------
    profile : DataFrame
        One row per assumed probability that the least precise trial is published, ``publish``:
        ``gamma0, gamma1, estimate, se, statistic, p_value, lower, upper, level, interval, rho,
        tau2, unpublished`` (trials expected to be missing), ``residual_p`` (likelihood ratio test
        of small-study effects that this selection leaves unexplained), ``log_likelihood``.
    adjusted : Series
        The row of the weakest selection at which ``residual_p`` is ``alpha``; without selection
        where nothing is to be explained; nan where none in the range suffices. ``attrs["why"]``
        says which.
    """

    profile: pd.DataFrame
    adjusted: pd.Series


def copas_model(
    pooled: Pooled,
    *,
    publish: Sequence[float] = _LEVELS,
    surest: float = 0.9999,
    alpha: float = 0.1,
) -> Copas:
    """Fit Copas's selection model over a range of assumed selection.

    ``y = mu + √(sigma² + tau²) e`` is published where ``gamma0 + gamma1 / s + d > 0``, e's sampling
    part and d correlated by rho. The data cannot tell gamma0 and gamma1, which is why they are
    assumed: by the probability that the trial with the largest standard error is published, down
    from one, and the probability ``surest`` of the one with the smallest. No side has to be named;
    the sign of rho is estimated.

    Parameters
    ----------
    pooled : Pooled
        Without moderators; its effects and level are used.
    publish : sequence of float
        Above 0, at most 1, falling.
    surest : float
        Above all of them but 1.
    alpha : float
        Level of the residual test at which the adjustment is taken to suffice.

    Raises
    ------
    ModelError
        With moderators, for fewer than four estimates, standard errors that are all the same,
        probabilities that do not fall.
    ConvergenceError
        If the likelihood has no maximum that can be found.
    RefusalError
        If estimates share participants.

    References
    ----------
    Copas JB, Shi JQ (2000). Biostatistics 1:247–262. doi:10.1093/biostatistics/1.3.247
    Copas JB, Shi JQ (2001). Statistical Methods in Medical Research 10:251–265.
    doi:10.1177/096228020101000402
    """
    problem = _problem(pooled)
    levels = _levels(publish, surest)
    refuse_alpha(alpha, usual=0.1)
    rows = [_row(problem, _gammas(problem, level, surest), publish=level) for level in levels]
    table = pd.DataFrame(rows)
    at, why = _sufficient(problem, table, surest=surest, alpha=alpha)
    found = _row(problem, _gammas(problem, at, surest), publish=at) if math.isfinite(at) else {}
    adjusted = pd.Series(found, index=table.columns, dtype=object)
    attrs = pooled.attrs | {"estimator": "Maximum likelihood (Copas)", "inference": "normal"}
    table.attrs, adjusted.attrs = dict(attrs), attrs | {"why": why}
    return Copas(table, adjusted)


def copas_sensitivity(
    pooled: Pooled, gamma0: Sequence[float], *, gamma1: Sequence[float]
) -> pd.DataFrame:
    """Fit Copas's model at every pair of gamma0 and gamma1, as for a contour plot.

    Parameters
    ----------
    pooled : Pooled
        Without moderators.
    gamma0 : sequence of float
        Probit of the probability that a trial of no precision is published.
    gamma1 : sequence of float
        From zero upwards, on the analysed scale: what a precision ``1 / s`` adds to the probit.

    Returns
    -------
    DataFrame
        One row per pair; columns as of ``Copas.profile``, ``publish`` being the probability for
        the trial with the largest standard error.

    Raises
    ------
    ModelError
        As of `copas_model`, and for numbers that are not finite or a gamma1 below zero.
    ConvergenceError
        If a likelihood has no maximum that can be found.
    RefusalError
        If estimates share participants.
    """
    problem = _problem(pooled)
    pairs = [(float(one), float(other)) for one in gamma0 for other in gamma1]
    if not all(math.isfinite(one) and 0 <= other < math.inf for one, other in pairs):
        raise ModelError("gamma0 is finite, gamma1 finite and not below zero; look for others.")
    largest = float(problem.sei.max()) * problem.unit
    rows = [
        _row(problem, (one, other / problem.unit), publish=float(ndtr(one + other / largest)))
        for one, other in pairs
    ]
    table = pd.DataFrame(rows)
    table.attrs = pooled.attrs | {"estimator": "Maximum likelihood (Copas)", "inference": "normal"}
    return table


def _problem(pooled: Pooled) -> CopasProblem:
    """Bring the estimates into units of a typical standard error, or refuse them."""
    refuse_dependent(pooled, "Copas's selection model")
    effects = pooled.effects
    if pooled.design.names or effects.k < 4 or np.ptp(effects.v) <= 1e-10 * effects.v.max():
        raise ModelError("Copas's model takes four estimates or more, of different variances, "
                         "without moderators.")  # fmt: skip
    unit = math.sqrt(float(np.median(effects.v)))
    return CopasProblem(effects.y / unit, np.sqrt(effects.v) / unit, unit, pooled.level)


def _levels(publish: Sequence[float], surest: float) -> list[float]:
    """Refuse publication probabilities that do not fall, or lie beyond what the surest may have."""
    levels = [float(level) for level in publish]
    falling = all(one > other for one, other in pairwise(levels))
    inside = all(0 < level <= 1 and (level == 1 or level < surest) for level in levels)
    if not (levels and falling and inside and 0 < surest < 1):
        raise ModelError(
            f"publish = {levels!r} is to fall from at most 1, and surest = {surest!r} to lie "
            "between the second of them and 1."
        )
    return levels


def _gammas(problem: CopasProblem, publish: float, surest: float) -> tuple[float, float]:
    """Turn the probabilities for the least and the most precise trial into the probit's line."""
    if publish == 1:
        return math.inf, 0.0
    low, high = float(ndtri(publish)), float(ndtri(surest))
    slope = (high - low) / (1 / problem.sei.min() - 1 / problem.sei.max())
    return low - float(slope / problem.sei.max()), float(slope)


def _row(
    problem: CopasProblem, gammas: tuple[float, float], *, publish: float
) -> dict[str, object]:
    """Fit at one pair of gammas, and turn the answer back into the unit of the effects."""
    fit = copas_fit(problem, gammas)
    half = float(ndtri(0.5 + problem.level / 2)) * fit.se
    unit = problem.unit
    return {
        "publish": publish, "gamma0": gammas[0], "gamma1": gammas[1] * unit,
        "estimate": fit.mu * unit, "se": fit.se * unit, "statistic": fit.mu / fit.se,
        "p_value": float(2 * ndtr(-abs(fit.mu / fit.se))), "lower": (fit.mu - half) * unit,
        "upper": (fit.mu + half) * unit, "level": problem.level, "interval": "confidence",
        "rho": fit.rho, "tau2": fit.tau2 * unit**2, "unpublished": _unpublished(problem, gammas),
        "residual_p": residual_p(problem, gammas, fit),
        "log_likelihood": fit.height - len(problem.y) * math.log(unit),
    }  # fmt: skip


def _unpublished(problem: CopasProblem, gammas: tuple[float, float]) -> float:
    seen = ndtr(gammas[0] + gammas[1] / problem.sei)
    return float(np.sum((1 - seen) / seen))


def _sufficient(
    problem: CopasProblem, table: pd.DataFrame, *, surest: float, alpha: float
) -> tuple[float, str]:
    """Find the weakest selection that leaves the residual test at ``alpha``."""
    p = table["residual_p"].to_numpy()
    enough = p >= alpha
    if enough[0]:
        return float(table["publish"][0]), "the first level leaves nothing to explain"
    if not enough.any():
        return math.nan, (
            "none: no selection in the range explains the small-study effects; the residual p "
            f"value reaches {p.max():.3g}, not {alpha:g}. Go on to smaller probabilities in publish"
        )
    place = int(np.argmax(enough))
    high, low = float(table["publish"][place - 1]), float(table["publish"][place])
    high = min(high, surest * (1 - 1e-9))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        gammas = _gammas(problem, middle, surest)
        passed = residual_p(problem, gammas, copas_fit(problem, gammas))
        low, high = (middle, high) if passed >= alpha else (low, middle)
    return low, f"the weakest selection with a residual p value of {alpha:g}"
