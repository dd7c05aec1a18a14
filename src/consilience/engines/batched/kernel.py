"""One posterior after the other: the loop that is compiled."""

import numpy as np
from numpy.typing import NDArray

from consilience.engines.batched.heterogeneity import EDGE, guess, near, refine
from consilience.engines.batched.integrand import sharpen
from consilience.engines.batched.mixture import above, quantiles
from consilience.engines.batched.rule import CUT, PLAIN, disagreement, integrate, lay
from consilience.engines.batched.search import FARTHEST, bracket
from consilience.engines.batched.shapes import Asked, Assumed, Case, Moments
from consilience.engines.batched.sheet import SHARP, SHARP_NEW
from consilience.engines.compiled import exact
from consilience.gaussian import Array

WANTED, WANTED_TAILS = 1e-9, 1e-8
OWED = 1e-6
_WIDEST = 1e140
_TRIES = 60
_TINY, _HUGE = 1e-100, 1e100

FINE, IMPROPER, NO_NUMBER, ROUGH, RAGGED = range(5)
"""How a computation ended."""

(STATUS, EVIDENCE, ACCURACY, MU, MU_SD, TAU, TAU_SD, NEW_SD) = range(8)
"""Columns of the answer; the quantiles of μ, τ and a new effect and the probabilities follow."""

FIRST = 8

_LOG_2PI = 1.8378770664093453
_LAST_PLAIN, _LAST_CUT = len(PLAIN) - 1, len(PLAIN) + len(CUT) - 1

type Tools = tuple[Array, Array, Array, Array]
"""Two sheets for rules that are compared, one to probe with, and the marks on the bracket."""

type Sets = tuple[Array, Array, NDArray[np.int64]]
"""Estimates, their sampling variances, and where each data set begins."""

type Places = tuple[Array, Array, Tools]


@exact
def posteriors(sets: Sets, models: tuple[Assumed, Asked], places: Places) -> None:
    """Fill in the rows of the answers, one for each data set.

    Parameters
    ----------
    sets : tuple of array
        Estimates and sampling variances of all data sets one behind the other, and where each
        begins, (sets + 1,).
    models : tuple
        What is assumed of all, and what is asked of each.
    places : tuple
        The answers (sets, columns), room for the estimates of the largest set (k, 2), and `Tools`.
    """
    y, v, starts = sets
    assumed, asked = models
    answers, estimates, tools = places
    for j in range(len(answers)):
        start, stop = starts[j], starts[j + 1]
        case = _standardise((y[start:stop], v[start:stop]), assumed, estimates)
        answers[j] = np.nan
        answers[j, STATUS] = _posterior(case, tools, (asked, answers[j]))


@exact
def _standardise(data: tuple[Array, Array], assumed: Assumed, estimates: Array) -> Case:
    """State a data set as a `Case`."""
    y, v = data
    weight = 1.0 / (assumed.sd * assumed.sd)
    total = weight * assumed.centre
    for i in range(y.size):
        precision = 1.0 / v[i]
        weight += precision
        total += y[i] * precision
    origin, unit = total / weight, min(np.exp(0.5 * _log_product(v) / y.size), assumed.width)
    scale, per_unit = unit * unit, 1.0 / unit
    smallest, largest = np.inf, 0.0
    for i in range(y.size):
        estimates[i, 0], estimates[i, 1] = (y[i] - origin) * per_unit, v[i] * per_unit * per_unit
        smallest, largest = min(smallest, estimates[i, 1]), max(largest, estimates[i, 1])
    proper = 1.0 if assumed.sd < np.inf else 0.0
    spread = assumed.sd * assumed.sd / scale if proper else 1.0
    lower, upper = assumed.lower / unit, assumed.upper / unit
    return Case(
        *(estimates[: y.size], origin, unit, (assumed.centre - origin) / unit, proper / spread),
        *(spread, proper, lower, upper, min(FARTHEST, np.arcsinh(np.sqrt(upper - lower)))),
        *(smallest, largest, assumed.table),
    )


@exact
def _log_product(v: Array) -> float:
    """Add logarithms up: one call for all numbers whose product is in range."""
    total, product = 0.0, 1.0
    for i in range(v.size):
        if not _TINY < v[i] < _HUGE:
            total += np.log(v[i])
            continue
        product *= v[i]
        if not _TINY < product < _HUGE:
            total += np.log(product)
            product = 1.0
    return total + np.log(product)


@exact
def _posterior(case: Case, tools: Tools, task: tuple[Asked, Array]) -> float:
    """Bracket one posterior, integrate it by a first rule, and let others follow."""
    if not case.largest <= _WIDEST * case.smallest:
        return RAGGED
    (asked, _), (coarse, _, probe, marks) = task, tools
    lower, upper, exist = bracket(case, probe)
    if exist < 0:
        return IMPROPER
    if not lower < upper:
        return NO_NUMBER
    marks[EDGE, 0], marks[EDGE, 1] = lower, upper
    n = lay(coarse, marks[EDGE], 1 if asked.probabilities.size else 0)
    found = integrate(case, coarse, n)
    guess(coarse, n, (asked.probabilities, marks))
    marks[EDGE, asked.probabilities.size + 1] = upper
    return _climb(case, tools, (task, (found, n, exist)))


@exact
def _climb(
    case: Case, tools: Tools, task: tuple[tuple[Asked, Array], tuple[Moments, int, int]]
) -> float:
    """Climb the rules until two agree on all that is asked."""
    (asked, answer), (before, m, exist) = task
    coarse, fine, probe, marks = tools
    first, last = (_LAST_PLAIN + 1, _LAST_CUT) if asked.probabilities.size else (1, _LAST_PLAIN)
    for which in range(first, last + 1):
        n, found = _settle(case, (fine, marks), (asked.probabilities, which))
        accuracy, tails = disagreement(before, found, exist), 0.0
        if accuracy <= WANTED or which == last:
            asking = asked, answer, (n, m), found.evidence
            tails = _ask(case, (fine, coarse, probe, marks), asking)
        if (accuracy <= WANTED and tails <= WANTED_TAILS) or which == last:
            break
        before, m, coarse, fine = found, n, fine, coarse
    _finish(case, (found, exist), answer)
    answer[ACCURACY] = max(accuracy, tails)
    return FINE if answer[ACCURACY] <= OWED else ROUGH


@exact
def _settle(case: Case, tools: tuple[Array, Array], task: tuple[Array, int]) -> tuple[int, Moments]:
    """Integrate by a rule whose panels end near the quantiles that are asked for."""
    sheet, marks = tools
    probabilities, which = task
    for _ in range(_TRIES):
        n = lay(sheet, marks[EDGE], which)
        found = integrate(case, sheet, n)
        if not probabilities.size or near(sheet, marks, (probabilities, found.evidence, which)):
            break
    return n, found


@exact
def _ask(case: Case, tools: Tools, task: tuple[Asked, Array, tuple[int, int], float]) -> float:
    """Answer what is asked; give the largest disagreement about a tail probability."""
    fine, coarse, probe, marks = tools
    asked, answer, (n, m), total = task
    q, t = asked.probabilities.size, asked.thresholds.size
    if not q + t:
        return 0.0
    sharpen(fine, n)
    sharpen(coarse, m)
    worst = 0.0
    for new, row in enumerate((SHARP, SHARP_NEW)):
        found, exceeded = answer[FIRST + 2 * q * new :], answer[FIRST + 3 * q + t * new :]
        where = (n, row), (m, row), found
        worst = max(worst, quantiles((fine, coarse), asked, where))
        for j in range(q):
            found[j] = case.origin + case.unit * found[j]
        for j in range(t):
            threshold = (asked.thresholds[j] - case.origin) / case.unit
            exceeded[j] = above(fine, threshold, (n, row))
    if q:
        moved = refine(case, probe, (asked.probabilities, marks, total))
        worst = max(worst, moved)
    for j in range(q):
        tau = case.lower + np.sinh(marks[EDGE, j + 1]) ** 2
        answer[FIRST + q + j] = case.unit * min(tau, case.upper)
    return worst


@exact
def _finish(case: Case, found: tuple[Moments, int], answer: Array) -> None:
    """Put the moments back into the units of the effects.

    A mean that does not exist is nan; what is positive and does not exist is infinite.
    """
    moments, exist = found
    k = len(case.estimates)
    constant = 0.5 * k * _LOG_2PI + (k - 1) * np.log(case.unit)
    answer[EVIDENCE] = moments.evidence - constant if case.proper else np.nan
    spread = np.sqrt(moments.mu_sd**2 + moments.tau**2 + moments.tau_sd**2)
    loose = exist < 1 and not case.proper
    answer[MU] = np.nan if loose else case.origin + case.unit * moments.mu
    answer[MU_SD] = case.unit * moments.mu_sd if exist == 2 or case.proper else np.inf
    answer[TAU] = case.unit * moments.tau if exist >= 1 else np.inf
    answer[TAU_SD] = case.unit * moments.tau_sd if exist == 2 else np.inf
    answer[NEW_SD] = case.unit * spread if exist == 2 else np.inf
