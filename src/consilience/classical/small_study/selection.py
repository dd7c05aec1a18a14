"""Selection models: trials are published with a probability that depends on their result."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtr, ndtri

from consilience.classical.pooled import Pooled
from consilience.classical.small_study import favoured as directions
from consilience.classical.small_study.climb import curvature
from consilience.classical.small_study.favoured import Favoured
from consilience.classical.small_study.functions import get
from consilience.classical.small_study.quadrature import Line
from consilience.classical.small_study.selected import FLAT, HIGHEST, Selected, kinks, maximum
from consilience.classical.small_study.weights import Unselected, Weights
from consilience.classical.univariate import refuse_dependent
from consilience.classical.wls import Floats
from consilience.errors import ConvergenceError, ModelError
from consilience.registry import lookup

_KNOWN = 1e-7


def selection_model(
    pooled: Pooled, weights: str | Weights, *, favoured: str | Favoured
) -> pd.DataFrame:
    """Fit a selection model by maximum likelihood.

    ``y ~ N(X beta, v + tau²)`` before selection; an estimate is seen with a probability
    proportional to ``w(p)``, p its p value.

    Parameters
    ----------
    pooled : Pooled
        Its effects, moderators and level are used; tau² is estimated anew by maximum likelihood,
        or zero if it was pooled with ``"CE"``.
    weights : str or Weights
        ``"steps"`` (Hedges; the three-parameter model as it comes), ``"given steps"`` (Vevea and
        Woods), ``"beta"``, ``"half-normal"``, ``"negative exponential"``, ``"logistic"``,
        ``"power"``, ``"negative exponential power"``, ``"truncation"``, or one of these with its
        settings, such as ``Steps((0.025, 0.5))``.
    favoured : str or Favoured
        Which estimates are more likely to be published: ``"greater"`` or ``"less"`` (p is
        one-sided) or ``"two-sided"``. It cannot be told from the measure, so it has to be said.

    Returns
    -------
    DataFrame
        Rows for the coefficients (``mu`` without moderators), ``tau2`` (unless common) and the
        weights' parameters; columns ``estimate, se, statistic, p_value, lower, upper, level,
        interval`` (p of a weight's parameter: of its value under no selection; nan for tau²; se nan
        where a parameter is zero). In ``attrs``: ``log_likelihood`` and the likelihood ratio test
        of no selection, ``LRT, LRT_df, LRT_p``.

    Raises
    ------
    ModelError
        For unknown names, fewer estimates than parameters, and results that say nothing of a
        weight.
    ConvergenceError
        If the likelihood has no maximum; the message names the parameter that runs off.
    RefusalError
        If estimates share participants.

    References
    ----------
    Hedges LV, Vevea JL (2005), in Publication Bias in Meta-Analysis (Rothstein et al., eds).
    """
    refuse_dependent(pooled, "A selection model")
    function = get(weights) if isinstance(weights, str) else weights
    towards = _direction(favoured) if isinstance(favoured, str) else favoured
    unit = towards.sign * math.sqrt(float(np.median(pooled.effects.v)))
    problem = _problem(pooled, function.turned(1 / unit), towards, unit=unit)
    k, count = pooled.effects.k, problem.size
    if k <= count:
        raise ModelError(
            f"{k} estimates are too few for {count} parameters. Use fewer cuts, a function with "
            'one parameter, or given weights ("given steps").'
        )
    problem.weights.check(problem.results(problem.y / problem.sei, problem.sei))
    plain = replace(problem, weights=Unselected())
    start, lower, _ = maximum(plain, _crude(plain))
    found, height, slopes = maximum(problem, _starts(problem, start))
    _refuse(problem, found, slopes, names=_names(pooled, problem))
    table = _table(problem, found, unit=unit, names=_names(pooled, problem), level=pooled.level)
    ratio = max(0.0, 2 * (height - lower)) if problem.weights.names else 0.0
    table.attrs = pooled.attrs | {
        "estimator": "Common effect" if problem.common else "Maximum likelihood",
        "inference": "normal", "weights": function.label, "favoured": towards.label,
        "log_likelihood": height - k * math.log(abs(unit)), "LRT": ratio,
        "LRT_df": len(problem.weights.names),
        "LRT_p": float(chdtrc(len(problem.weights.names), ratio)) if problem.weights.names
        else math.nan,
    }  # fmt: skip
    return table


def _direction(name: str) -> Favoured:
    return lookup(directions.REGISTRY, "direction of favour", name=name, settings={})


def _problem(pooled: Pooled, weights: Weights, favoured: Favoured, *, unit: float) -> Selected:
    effects, common = pooled.effects, not pooled.estimator.scatters
    y, sei = effects.y / unit, np.sqrt(effects.v) / abs(unit)
    alike = not weights.points(sei).size
    line = Line.broken(kinks(weights, favoured), favoured) if alike else Line.none()
    return Selected(y, sei, pooled.design.full, weights, favoured, common, line)


def _names(pooled: Pooled, problem: Selected) -> list[str]:
    between = [] if problem.common else ["tau2"]
    return [*pooled.names, *between, *problem.weights.names]


def _crude(problem: Selected) -> list[Floats]:
    """Weighted least squares, and the scatter that is left."""
    scaled = problem.X / problem.sei[:, None]
    beta = np.linalg.lstsq(scaled, problem.y / problem.sei, rcond=None)[0]
    if problem.common:
        return [beta]
    spread = float(np.mean((problem.y - problem.X @ beta) ** 2 - problem.sei**2))
    return [np.append(beta, math.log(each)) for each in (max(spread, 0.1), 0.01)]


def _starts(problem: Selected, plain: Floats) -> list[Floats]:
    """Without selection, then with weak, some and strong selection, and more scatter."""
    base = np.maximum(
        plain, np.append(np.full(problem.p, -np.inf), np.full(99, -4.0))[: len(plain)]
    )
    count = len(problem.weights.names)
    wider = base.copy()
    wider[problem.p :] += 1.5
    return [
        np.concatenate([each, np.full(count, level)])
        for each in (base, wider)
        for level in (-1.5, 0.0, 1.5)
    ]


def _refuse(problem: Selected, x: Floats, slopes: Floats, *, names: list[str]) -> None:
    """Say in words why there is no maximum, if there is none."""
    remedy = 'Use fewer cuts, a function with one parameter, or given weights ("given steps").'
    positive = np.arange(len(x)) >= problem.p
    endless = [name for name, far in zip(names, positive & (x > HIGHEST - 1), strict=True) if far]
    if endless:
        what = f"it rises as {', '.join(endless)} grows without end"
        raise ConvergenceError(f"The likelihood of the selection has no maximum: {what}. {remedy}")
    steepest = int(np.argmax(np.abs(slopes)))
    if not abs(slopes[steepest]) < FLAT:
        what = f"it still rises by {abs(slopes[steepest]):.2g} per unit of {names[steepest]}"
        message = f"Newton's and quasi-Newton steps found no maximum of the likelihood: {what}."
        raise ConvergenceError(f"{message} {remedy}")
    free = np.isfinite(x)
    smallest, ways = np.linalg.eigh(curvature(problem.logarithmic, x, free=free))
    if smallest[0] < _KNOWN:
        blind = np.array(names)[free][int(np.argmax(np.abs(ways[:, 0])))]
        what = f"it does not fall as {blind} moves, so the estimates say nothing of it"
        raise ConvergenceError(f"The likelihood of the selection is flat: {what}. {remedy}")


def _table(
    problem: Selected, x: Floats, *, unit: float, names: list[str], level: float
) -> pd.DataFrame:
    """Give a row a parameter, in the unit of the effects, with its test against no selection."""
    count, p = len(problem.weights.names), problem.p
    between = int(not problem.common)
    units = np.concatenate([np.full(p, unit), np.full(between, unit**2), np.ones(count)])
    null = np.concatenate(
        [np.zeros(p), np.full(between, math.nan), np.full(count, problem.weights.null)]
    )
    values, se = problem.natural(x), _standard_errors(problem, x)
    half = float(ndtri(0.5 + level / 2)) * se * np.abs(units)
    z, estimate = (values - null) / se, values * units
    lower = estimate - half
    lower[p:] = np.maximum(0.0, lower[p:])
    columns = {
        "estimate": estimate, "se": se * np.abs(units), "statistic": z * np.sign(units),
        "p_value": 2 * ndtr(-np.abs(z)), "lower": lower, "upper": estimate + half,
        "level": level, "interval": "confidence",
    }  # fmt: skip
    return pd.DataFrame(columns, index=pd.Index(names, name="coef"))


def _standard_errors(problem: Selected, x: Floats) -> Floats:
    """From the curvature at the maximum; nan where a parameter is zero."""
    se, free = np.full(len(x), math.nan), np.isfinite(x)
    # Where the slopes are zero a logarithm's standard error is the relative one of the parameter.
    relative = np.sqrt(np.diag(np.linalg.inv(curvature(problem.logarithmic, x, free=free))))
    units = np.append(np.ones(problem.p), problem.natural(x)[problem.p :])
    se[free] = relative * units[free]
    return se
