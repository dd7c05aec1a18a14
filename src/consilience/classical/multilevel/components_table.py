"""The variance components as a table."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from consilience.classical.multilevel.correlations.base import Floats
from consilience.classical.multilevel.objective import Point
from consilience.classical.multilevel.search import Climber
from consilience.classical.multilevel.solve import Solution
from consilience.classical.multilevel.term import Term
from consilience.classical.multilevel.typical import Typical

_STEP = 1e-6
_EDGE = 1e-6


def parameter_names(terms: Sequence[Term]) -> list[str]:
    """Name every parameter: ``study`` for a random intercept, else ``outcome | study: rho``."""
    return [
        term.label if term.intercept else f"{term.label}: {name}"
        for term in terms
        for name in term.shape.names
    ]


def components_table(solution: Solution, typical: Typical, *, errors: bool) -> pd.DataFrame:
    """Tabulate the variances, correlations and ranges of a model."""
    terms = solution.objective.parameters.terms
    rows = [row for term, each in zip(terms, solution.natural, strict=True)
            for row in _rows(term, each)]  # fmt: skip
    index = pd.Index(parameter_names(terms), name="component")
    columns = ["parameter", "estimate", "sd", "levels", "estimates", "held", "at_limit"]
    table = pd.DataFrame(rows, index=index, columns=columns)
    table.insert(4, "I2", shares(solution, typical))
    if errors:
        table.insert(3, "se", standard_errors(solution))
    return table


def _rows(term: Term, natural: Floats) -> list[dict[str, object]]:
    """Give a row for each parameter of a term: its value, what it rests on, whether it is held."""
    shape = term.shape
    rows = []
    for place, name in enumerate(shape.names):
        variance = place < shape.variances
        value, (low, high) = float(natural[place]), shape.limits()[place]
        own = variance and bool(shape.levels)
        edge = _EDGE * (high - low) if math.isfinite(high) else 0.0
        rows.append({
            "parameter": name.partition("[")[0],
            "estimate": value,
            "sd": math.sqrt(value) if variance else math.nan,
            "levels": len(term.outer.levels) if not term.whole else shape.n,
            "estimates": int(term.inner.counts[place]) if own else len(term.inner.codes),
            "held": place in term.held,
            "at_limit": place not in term.held and not low + edge < value < high - edge,
        })  # fmt: skip
    return rows


def totals(solution: Solution) -> Floats:
    """Sum the variances of the true effect of each estimate over all terms, shape (k,)."""
    found = np.zeros(solution.objective.k)
    for term, natural in zip(solution.objective.parameters.terms, solution.natural, strict=True):
        variances = natural[: term.shape.variances]
        found += variances[term.inner.codes] if term.shape.levels else variances[0]
    return found


def shares(solution: Solution, typical: Typical) -> list[float]:
    """Give I² of each variance, percent: its share of all variance of its estimates.

    ``100 tau² / (Σ tau² + s²)``, s² the typical sampling variance of the estimates concerned; nan
    where their true effects do not all vary alike.
    """
    found: list[float] = []
    whole = totals(solution)
    for term, natural in zip(solution.objective.parameters.terms, solution.natural, strict=True):
        for place in range(len(natural)):
            if place >= term.shape.variances:
                found.append(math.nan)
                continue
            own = term.shape.levels
            among = term.inner.codes == place if own else np.ones(len(whole), dtype=bool)
            found.append(100 * float(natural[place]) / _variance(whole[among], typical, among))
    return found


def _variance(whole: Floats, typical: Typical, among: np.ndarray) -> float:
    alike = np.ptp(whole) <= 1e-12 * whole.max()
    return float(whole[0]) + typical.variance(among) if alike else math.nan


def standard_errors(solution: Solution) -> Floats:
    """Find standard errors from the curvature of the log likelihood.

    nan for parameters that are held or at a limit, and where the curvature says nothing. They
    describe a quadratic, which the likelihood of a variance seldom is; its profile says more.
    """
    return np.sqrt(np.diag(_covariance(solution)))


def total_error(solution: Solution) -> float:
    """Find the standard error of the sum of the variances; those at zero are taken as known.

    nan where levels have variances of their own, where all variances are held or zero, and where
    the curvature of the log likelihood says nothing.
    """
    terms = solution.objective.parameters.terms
    if any(term.shape.levels for term in terms):
        return math.nan
    first = np.cumsum([0, *solution.objective.parameters.sizes])[:-1].astype(int)
    cov = _covariance(solution)[np.ix_(first, first)]
    known = np.isfinite(np.diag(cov))
    return math.sqrt(float(cov[np.ix_(known, known)].sum())) if known.any() else math.nan


def _covariance(solution: Solution) -> Floats:
    """Find the covariance of all parameters; nan for those of which nothing is known."""
    parameters, point = solution.objective.parameters, solution.point
    slopes = _jacobian(solution, point)
    loose = np.abs(slopes).max(axis=0, initial=0.0) > _STEP
    found = np.full((len(slopes), len(slopes)), np.nan)
    if not loose.any():
        return found
    try:
        information = -Climber(solution.objective).curvature(point)[np.ix_(loose, loose)]
    except np.linalg.LinAlgError:
        return found
    values = np.linalg.eigvalsh(information)
    if values[0] <= 1e-10 * values[-1]:
        return found
    sized = np.concatenate([
        np.where(np.arange(len(t.shape.names)) < t.shape.variances, solution.objective.unit, 1.0)
        for t in parameters.terms
    ])  # fmt: skip
    turned = sized[:, None] * slopes[:, loose]
    moved = np.abs(slopes).max(axis=1) > _STEP
    found[np.ix_(moved, moved)] = (turned @ np.linalg.inv(information) @ turned.T)[
        np.ix_(moved, moved)
    ]
    return found


def _jacobian(solution: Solution, point: Point) -> Floats:
    """Differentiate the parameters, in units, by the free coordinates."""
    natural = solution.objective.parameters.natural
    columns = []
    for at in range(len(point.u)):
        ends = []
        for side in (_STEP, -_STEP):
            u = point.u.copy()
            u[at] += side
            ends.append(np.concatenate(natural(u)))
        columns.append((ends[0] - ends[1]) / (2 * _STEP))
    size = sum(solution.objective.parameters.sizes)
    return np.array(columns).T if columns else np.empty((size, 0))
