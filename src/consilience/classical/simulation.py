"""New data from a fitted model, and what the analysis makes of them."""

from collections.abc import Callable
from functools import singledispatch

import numpy as np
import pandas as pd

from consilience.classical.given import refuse_level
from consilience.classical.location_scale.pooled_scale import PooledScale
from consilience.classical.multilevel.pooled import PooledMultilevel
from consilience.classical.multilevel.term import Term
from consilience.classical.pooled import Pooled
from consilience.classical.solution import regression, solved
from consilience.classical.univariate import refuse_others
from consilience.classical.wls import Floats
from consilience.effects import Effects
from consilience.errors import ModelError

type Result = Pooled | PooledMultilevel | PooledScale


def simulate(result: Result, count: int = 1, *, seed: int = 1) -> pd.DataFrame:
    """Draw new estimates of the same trials from a fitted model.

    ``y ~ N(X beta, V + scatter)`` with the estimated coefficients and variances.

    Parameters
    ----------
    result : Pooled, PooledMultilevel or PooledScale
    count : int
        Number of data sets.
    seed : int

    Returns
    -------
    DataFrame
        One row per estimate, one column per data set, on the analysed scale.

    Raises
    ------
    ModelError
        For fewer than one data set, and the results of other verbs.
    """
    _refuse_count(count, least=1)
    values = _drawn(result, np.random.default_rng(seed), count)
    index = pd.Index(result.effects.labels, name="estimate")
    table = pd.DataFrame(values.T, index=index, columns=pd.RangeIndex(count, name="draw"))
    table.attrs = {**result.attrs, "seed": seed}
    return table


def parametric_bootstrap(
    pooled: Pooled, count: int = 1_000, *, seed: int = 1, level: float = 0.95
) -> pd.DataFrame:
    """Analyse data sets drawn from a fitted model in the same way: error without asymptotics.

    Parameters
    ----------
    pooled : Pooled
        Its estimator of tau² and its moderators are used on every data set.
    count : int
        Number of data sets, at least two.
    seed : int
    level : float
        Of the intervals, between the quantiles of what the data sets gave.

    Returns
    -------
    DataFrame
        Rows of the coefficients and ``tau2``; columns ``estimate``, ``bias`` (mean of the draws
        less the estimate), ``se`` (their standard deviation), ``lower, upper, level, interval``.

    Raises
    ------
    ModelError
        For fewer than two data sets, a level outside (0, 1), and the results of other verbs.
    ConvergenceError
        If tau² is not found for one of the data sets.

    References
    ----------
    van den Noortgate W, Onghena P (2005). Behavior Research Methods 37:11–22.
    doi:10.3758/BF03206394
    """
    refuse_others(pooled, "A parametric bootstrap")
    refuse_level(level)
    _refuse_count(count, least=2)
    draws = _drawn(pooled, np.random.default_rng(seed), count)
    again = _analysis(pooled)
    found = np.array([again(y) for y in draws])
    estimate = np.append(pooled.beta, pooled.tau2)
    ends = np.quantile(found, [0.5 - level / 2, 0.5 + level / 2], axis=0)
    columns = {
        "estimate": estimate, "bias": found.mean(axis=0) - estimate,
        "se": found.std(axis=0, ddof=1), "lower": ends[0], "upper": ends[1], "level": level,
        "interval": "confidence",
    }  # fmt: skip
    table = pd.DataFrame(columns, index=pd.Index([*pooled.names, "tau2"], name="coef"))
    table.attrs = pooled.attrs | {"inference": "parametric bootstrap", "count": count, "seed": seed}
    return table


def _analysis(pooled: Pooled) -> Callable[[Floats], Floats]:
    """Give the analysis of new estimates: its coefficients, then tau²."""
    from dataclasses import replace

    X = pooled.design.full

    def again(y: Floats) -> Floats:
        problem = regression(replace(pooled.effects, y=y), X)
        found = solved(problem, estimator=pooled.estimator, inference=pooled.inference)
        return np.append(found.beta, found.tau2)

    return again


@singledispatch
def _drawn(result: object, rng: np.random.Generator, count: int) -> Floats:  # noqa: ARG001
    raise ModelError(
        "simulate() takes what cs.pool, cs.pool_multilevel and cs.pool_location_scale answer, not "
        f"a {type(result).__name__}. cs.predict draws from a Bayesian fit."
    )


@_drawn.register(Pooled)
@_drawn.register(PooledScale)
def _(result: Pooled | PooledScale, rng: np.random.Generator, count: int) -> Floats:
    scatter = np.sqrt(result.tau2) * rng.standard_normal((count, result.effects.k))
    return result.design.full @ result.beta + scatter + _errors(result.effects, rng, count)


@_drawn.register
def _(result: PooledMultilevel, rng: np.random.Generator, count: int) -> Floats:
    """Draw the effects of every term and sampling errors, around the fitted means."""
    objective, point = result.solution.objective, result.solution.point
    matrices = objective.parameters.matrices(point.u)
    parts = [
        _effects_of(term, objective.unit * matrix, rng, count=count)
        for term, matrix in zip(result.terms, matrices, strict=True)
    ]
    fixed = result.design.full @ result.beta
    return fixed + sum(parts, np.zeros(1)) + _errors(result.effects, rng, count)


def _effects_of(term: Term, matrix: Floats, rng: np.random.Generator, *, count: int) -> Floats:
    """Draw the random effects of every estimate, shape (count, k)."""
    levels = rng.standard_normal((count, len(term.outer.levels), len(matrix))) @ _root(matrix).T
    return np.asarray(levels[:, term.outer.codes, term.inner.codes])


def _errors(effects: Effects, rng: np.random.Generator, count: int) -> Floats:
    """Draw sampling errors, those of estimates that share participants together."""
    standard = rng.standard_normal((count, effects.k))
    errors = standard * np.sqrt(effects.v)
    for at, block in zip(effects.shared.members, effects.shared.blocks, strict=True):
        errors[:, at] = standard[:, at] @ _root(block).T
    return errors


def _root(matrix: Floats) -> Floats:
    """Find a square root of a covariance, which may be singular."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def _refuse_count(count: int, *, least: int) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or count < least:
        raise ModelError(f"count = {count!r} is no number of data sets; give {least} or more.")
