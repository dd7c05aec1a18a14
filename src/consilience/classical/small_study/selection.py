"""Selection models: trials are published with a probability that depends on their p value."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import chdtrc, log_ndtr, ndtr, ndtri

from consilience.classical.small_study.weights import Steps, Unselected, Weights
from consilience.classical.wls import Floats
from consilience.effects import Effects
from consilience.errors import ConvergenceError, ModelError

_SMALLEST = -23.0
_STEP = 1e-4
_DEFAULT = Steps()
_LOG_2PI = math.log(2 * math.pi)


def selection_model(
    effects: Effects,
    weights: Weights = _DEFAULT,
    *,
    greater: bool = True,
    common: bool = False,
    level: float = 0.95,
) -> pd.DataFrame:
    """Fit a selection model by maximum likelihood.

    ``y ~ N(mu, v + tau²)`` before selection; an estimate is seen with a probability proportional to
    ``w(p)``, p its one-sided p value.

    Parameters
    ----------
    effects : Effects
    weights : Weights
        ``Steps((0.025,))`` or ``Beta()``.
    greater : bool
        Whether large estimates are the ones that are published; False: small ones.
    common : bool
        A common effect: no between-trial variance.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame
        Rows ``mu``, ``tau2`` (unless common) and the weights' parameters; columns ``estimate, se,
        statistic, p_value, lower, upper, level, interval`` (p of a weight's parameter: of it being
        one; nan for tau²; se nan where tau² is at zero). In ``attrs``: ``log_likelihood`` and the
        likelihood ratio test of no selection, ``LRT, LRT_df, LRT_p``.

    Raises
    ------
    ModelError
        For fewer estimates than parameters, and for intervals of p without estimates.
    ConvergenceError
        If the likelihood has no maximum that can be found.
    """
    k, count = effects.k, len(weights.names) + 1 + int(not common)
    if k <= count:
        raise ModelError(f"{k} estimates are too few for {count} parameters. Use fewer cuts.")
    unit = math.sqrt(float(np.median(effects.v)))
    sign = 1.0 if greater else -1.0
    problem = _Problem(sign * effects.y / unit, np.sqrt(effects.v) / unit, weights, common)
    weights.check(ndtr(-problem.y / problem.sei))
    plain = _Problem(problem.y, problem.sei, Unselected(), common)
    start = _maximum(plain, _start(plain))
    found = _maximum(problem, np.concatenate([start, np.zeros(len(weights.names))]))
    ratio = max(0.0, 2 * (problem.height(found) - plain.height(start)))
    table = _table(problem, found, scale=sign * unit, level=level)
    table.attrs = {
        "direction": effects.direction, "weights": weights.label,
        "log_likelihood": problem.height(found) - k * math.log(unit), "LRT": ratio,
        "LRT_df": len(weights.names), "LRT_p": float(chdtrc(len(weights.names), ratio)), "k": k,
    }  # fmt: skip
    return table


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    """The likelihood in units of a typical standard error, large estimates published.

    Its parameters are mu, ``log tau²`` (unless common) and the logs of the weights' parameters.
    """

    y: Floats
    sei: Floats
    weights: Weights
    common: bool

    def natural(self, x: Floats) -> Floats:
        """Give mu, tau² (unless common) and the weights' parameters themselves."""
        return np.concatenate([x[:1], np.exp(x[1:])])

    def height(self, x: Floats) -> float:
        """Log likelihood."""
        return self.height_at(self.natural(x))

    def height_at(self, values: Floats) -> float:
        """Log likelihood at natural parameters."""
        tau2 = 0.0 if self.common else values[1]
        delta = values[1 if self.common else 2 :]
        mean, sd = np.full(len(self.y), values[0]), np.sqrt(self.sei**2 + tau2)
        z = self.y / self.sei
        with np.errstate(all="ignore"):
            weight = self.weights.log_weight(log_ndtr(-z), log_ndtr(z), delta=delta)
            normal = -0.5 * ((self.y - mean) / sd) ** 2 - np.log(sd) - 0.5 * _LOG_2PI
            share = self.weights.log_mean(self.sei, mean=mean, sd=sd, delta=delta)
        return float(np.sum(normal + weight - share))


def _start(problem: _Problem) -> Floats:
    w = problem.sei**-2.0
    mean = float(w @ problem.y / w.sum())
    spread = max(float(problem.y.var() - np.mean(problem.sei**2)), 0.01)
    return np.array([mean] if problem.common else [mean, math.log(spread)])


def _maximum(problem: _Problem, start: Floats) -> Floats:
    """Climb by quasi-Newton steps, the logs kept from running off, from two starts."""
    from scipy.optimize import minimize

    def depth(x: Floats) -> float:
        height = problem.height(x)
        return -height if math.isfinite(height) else 1e10

    climb: Any = minimize
    bounds: Any = [(None, None)] + [(_SMALLEST, 12.0)] * (len(start) - 1)
    nudged = start + np.append(0.0, np.full(len(start) - 1, -1.0))
    # At a tau² of zero the likelihood is flat in its logarithm: climb from a positive one, too.
    crude = _start(problem)
    scattered = np.append(crude, np.zeros(len(start) - len(crude)))
    starts = (start, nudged, scattered)
    runs = [climb(depth, x, method="L-BFGS-B", bounds=bounds, options=_CLIMB) for x in starts]
    best = min(runs, key=lambda run: float(run.fun))
    for _ in range(2):
        best = climb(depth, best.x, method="Nelder-Mead", bounds=bounds, options=_POLISH)
    if not math.isfinite(best.fun) or best.fun >= 1e10:
        message = (
            "The likelihood of the selection model has no maximum that quasi-Newton steps could "
            "find. Use fewer cuts, or look for estimates far beyond all others."
        )
        raise ConvergenceError(message)
    return np.asarray(best.x)


_CLIMB: dict[str, Any] = {"maxiter": 2000, "ftol": 1e-14, "gtol": 1e-9}
_POLISH: dict[str, Any] = {"maxiter": 4000, "xatol": 1e-9, "fatol": 1e-12, "adaptive": True}


def _table(problem: _Problem, x: Floats, *, scale: float, level: float) -> pd.DataFrame:
    values = problem.natural(x)
    between = [] if problem.common else ["tau2"]
    names = ["mu", *between, *problem.weights.names]
    at_zero = np.array(
        [not problem.common and i == 1 and x[1] < _SMALLEST + 3 for i in range(len(x))]
    )
    values = np.where(at_zero, 0.0, values)
    se = _standard_errors(problem, values, free=~at_zero)
    units = np.array([scale, *([scale**2] * len(between)), *([1.0] * len(problem.weights.names))])
    null = np.array([0.0, *([math.nan] * len(between)), *([1.0] * len(problem.weights.names))])
    half = float(ndtri(0.5 + level / 2)) * se * np.abs(units)
    z = (values - null) / se
    estimate = values * units
    lower = np.append(estimate[0] - half[0], np.maximum(0.0, (estimate - half)[1:]))
    columns = {
        "estimate": estimate, "se": se * np.abs(units), "statistic": z * np.sign(units),
        "p_value": 2 * ndtr(-np.abs(z)), "lower": lower, "upper": estimate + half,
        "level": level, "interval": "confidence",
    }  # fmt: skip
    return pd.DataFrame(columns, index=pd.Index(names, name="coef"))


def _standard_errors(problem: _Problem, values: Floats, *, free: Floats) -> Floats:
    """From the curvature of the likelihood, by central differences; nan where there is none."""
    places = [int(place) for place in np.flatnonzero(free)]
    steps = _STEP * np.maximum(np.abs(values), 0.1)

    def height(*moves: tuple[int, float]) -> float:
        moved = values.copy()
        for place, by in moves:
            moved[place] += by * steps[place]
        return problem.height_at(moved)

    hessian = np.empty((len(places), len(places)))
    for i, a in enumerate(places):
        for j, b in enumerate(places):
            corners = height((a, 1), (b, 1)) - height((a, 1), (b, -1))
            corners -= height((a, -1), (b, 1)) - height((a, -1), (b, -1))
            hessian[i, j] = corners / (4 * steps[a] * steps[b])
    se = np.full(len(values), math.nan)
    with np.errstate(invalid="ignore"):
        se[places] = np.sqrt(np.diag(np.linalg.pinv(-hessian)))
    return se
