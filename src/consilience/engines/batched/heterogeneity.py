"""Quantiles of τ: read off one rule, and made the edges of the panels of the next."""

import numpy as np
from scipy.special import roots_legendre

from consilience.engines.batched import vector
from consilience.engines.batched.integrand import evaluate
from consilience.engines.batched.rule import FIRST_PANEL, STARTS
from consilience.engines.batched.shapes import Case
from consilience.engines.batched.sheet import HEIGHT, MASS, WEIGHT, A, X
from consilience.engines.compiled import exact, summing
from consilience.gaussian import Array

_STEPS = 20
_NEAR = 0.05  # up to here a panel's edge is moved by what a short rule can integrate
_CLOSE = 1e-5  # what is left after a step of this size is of the order of its square
_SHORT_NODES, _SHORT_WEIGHTS = roots_legendre(4)
_LEAST, _MOST = 1e-300, 1.0 - 1e-16

EDGE, OLD, BELOW, DENSITY = range(4)
"""Rows of the marks: panels' edges, where they were, P at the inner ones, density there."""


@exact
def guess(sheet: Array, n: int, task: tuple[Array, Array]) -> None:
    """Read quantiles off the nodes of one panel, by Hermite interpolation of x along logit P.

    Parameters
    ----------
    sheet : array
        Has been integrated.
    n : int
        The number of its nodes.
    task : tuple of array
        The probabilities (q,) and the marks (4, q + 2), whose inner edges are filled in.
    """
    probabilities, marks = task
    before, i = 0.0, 1
    low, high = _at_node(sheet, 0.0, 1), _at_node(sheet, sheet[MASS + 1], 2)
    for j in range(probabilities.size):
        u = _logit(probabilities[j])
        while high[0] < u and i < n - 3:
            before += sheet[MASS + i]
            i += 1
            low, high = high, _at_node(sheet, before + sheet[MASS + i], i + 1)
        width, rise = high[0] - low[0], sheet[X + i + 1] - sheet[X + i]
        t = min(max((u - low[0]) / width, 0.0), 1.0) if width > 0.0 else 0.5
        bend = width * ((1.0 - t) * low[1] - t * high[1]) + (2.0 * t - 1.0) * rise
        marks[EDGE, j + 1] = sheet[X + i] + t * rise + t * (1.0 - t) * bend


@exact
def _at_node(sheet: Array, before: float, i: int) -> tuple[float, float]:
    """Give logit P at node i, by the Euler–Maclaurin formula, and dx/d logit P."""
    width = sheet[WEIGHT + i]
    left = sheet[MASS + i - 1] / sheet[WEIGHT + i - 1]
    right = sheet[MASS + i + 1] / sheet[WEIGHT + i + 1]
    slope = (right - left) / (sheet[X + i + 1] - sheet[X + i - 1])
    p = before + 0.5 * sheet[MASS + i] - width * width / 12.0 * slope
    p = min(max(p, _LEAST), _MOST)
    return _logit(p), p * (1.0 - p) * width / sheet[MASS + i]


@exact
def _logit(p: float) -> float:
    return np.log(p / (1.0 - p))


@exact
def near(sheet: Array, marks: Array, task: tuple[Array, float, int]) -> bool:
    """Say whether the edges are near the quantiles; take a step towards them where they are not.

    P at an edge is what the panels below it hold.

    Parameters
    ----------
    sheet : array
        The rule with these edges, integrated.
    marks : array
        The edges.
    task : tuple
        Probabilities, the log of the integral over the bracket, and which rule it is.
    """
    probabilities, total, which = task
    first, reached = FIRST_PANEL[which], 0.0
    for j in range(probabilities.size):
        start, stop = STARTS[first + j] - STARTS[first], STARTS[first + j + 1] - STARTS[first]
        reached += _sum(sheet[MASS + start : MASS + stop])
        marks[BELOW, j], marks[DENSITY, j] = reached, np.exp(sheet[HEIGHT + stop - 1] - total)
    if _excess(marks, probabilities) <= _NEAR:
        return True
    _step(marks, probabilities)
    return False


@exact
def refine(case: Case, probe: Array, task: tuple[Array, Array, float]) -> float:
    """Move edges that are near to the quantiles, by Newton's method on logit P.

    What lies between an edge and its new place is integrated by four nodes.

    Parameters
    ----------
    case : Case
        The data set.
    probe : array
        A sheet.
    task : tuple
        Probabilities, marks, and the log of the integral over the bracket.

    Returns
    -------
    float
        Bound on the error of a probability, relative to its tail.
    """
    probabilities, marks, total = task
    excess = _excess(marks, probabilities)
    for _ in range(_STEPS):
        if excess <= _CLOSE:
            break
        _step(marks, probabilities)
        _advance(case, probe, (marks, probabilities.size, total))
        excess = _excess(marks, probabilities)
    _step(marks, probabilities)
    return excess * excess


@summing
def _sum(values: Array) -> float:
    total = 0.0
    for value in values:
        total += value
    return total


@exact
def _excess(marks: Array, probabilities: Array) -> float:
    """Give the largest error of a probability, relative to its tail."""
    worst = 0.0
    for j in range(probabilities.size):
        q = probabilities[j]
        worst = max(worst, abs(marks[BELOW, j] - q) / min(q, 1.0 - q))
    return worst


@exact
def _step(marks: Array, probabilities: Array) -> None:
    """Take a Newton step from every edge, at most half way to the next one."""
    for j in range(probabilities.size + 2):
        marks[OLD, j] = marks[EDGE, j]
    for j in range(probabilities.size):
        p, q = min(max(marks[BELOW, j], _LEAST), _MOST), probabilities[j]
        old = marks[OLD, j + 1]
        new = old + (_logit(q) - _logit(p)) * p * (1.0 - p) / marks[DENSITY, j]
        lower, upper = 0.5 * (marks[OLD, j] + old), 0.5 * (old + marks[OLD, j + 2])
        marks[EDGE, j + 1] = min(max(new, lower), upper)


@exact
def _advance(case: Case, probe: Array, task: tuple[Array, int, float]) -> None:
    """Add to P what lies between the old edges and the new."""
    marks, q, total = task
    order = _SHORT_NODES.size
    for j in range(q):
        old, new = marks[OLD, j + 1], marks[EDGE, j + 1]
        for i in range(order):
            share = 0.5 * (1.0 + _SHORT_NODES[i])
            probe[X + j * order + i] = old + share * (new - old)
        probe[X + q * order + j] = new
    n = q * order + q
    evaluate(case, probe, n)
    for i in range(n):
        probe[HEIGHT + i] -= total
    vector.exp(probe[HEIGHT : HEIGHT + n], probe[A : A + n])
    for j in range(q):
        half = 0.5 * (marks[EDGE, j + 1] - marks[OLD, j + 1])
        for i in range(order):
            marks[BELOW, j] += half * _SHORT_WEIGHTS[i] * probe[HEIGHT + j * order + i]
        marks[DENSITY, j] = probe[HEIGHT + q * order + j]
