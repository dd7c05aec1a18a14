"""Quadrature rules on the bracket, each held against the one before."""

import numpy as np
from scipy.special import roots_legendre

from consilience.engines.batched import vector
from consilience.engines.batched.integrand import condition, evaluate
from consilience.engines.batched.shapes import Case, Moments
from consilience.engines.batched.sheet import (
    HEIGHT,
    MASS,
    MEAN,
    TAU,
    VARIANCE,
    WEIGHT,
    A,
    X,
)  # fmt: skip
from consilience.engines.compiled import exact, summing
from consilience.gaussian import Array

PLAIN = (24, 32, 48, 64, 96, 128, 192, 272, 384)
"""Nodes of the rules on the whole bracket, one after the other until two agree."""

CUT = (64, 96, 128, 192, 256, 384)
"""Nodes of the rules on a bracket that is cut at three quantiles; each cut is a node as well."""

_STRETCHED = (24, 32, 48)
_SERIES = np.array([40320.0, 6720.0, 3024.0, 1800.0, 1225.0]) / 53089.0


def _plain(count: int) -> list[tuple[Array, Array]]:
    """Gauss–Legendre nodes and weights on [−1, 1]; stretched where there are few.

    Where an integrand has fallen off at both ends, nodes are wasted there. Through the first five
    terms of the arcsine's series, scaled to map 1 to 1, they lie more evenly and a third of them is
    saved [1]_. The rules that follow are for integrands that are less smooth at an end, which the
    map does not help.

    References
    ----------
    .. [1] Hale & Trefethen (2008). New quadrature formulas from conformal maps. SIAM Journal on
       Numerical Analysis 46:930-948. doi:10.1137/07068607X
    """
    t, w = roots_legendre(count)
    if count not in _STRETCHED:
        return [(t, w)]
    odd = 2 * np.arange(len(_SERIES)) + 1
    return [(t[:, None] ** odd @ _SERIES, w * (t[:, None] ** (odd - 1) @ (_SERIES * odd)))]


def _cut(count: int) -> list[tuple[Array, Array]]:
    """Four panels, each with a node of no weight at its end; the tails take more nodes."""
    inner = (count // 2 - 2) // 2 - 3
    orders = (inner + 6, inner, inner, inner + 6)
    return [_ended(*roots_legendre(order)) for order in orders]


def _ended(t: Array, w: Array) -> tuple[Array, Array]:
    return np.append(t, 1.0), np.append(w, 0.0)


_RULES = [*map(_plain, PLAIN), *map(_cut, CUT)]
_PANELS = [panel for rule in _RULES for panel in rule]
FIRST_PANEL = np.cumsum([0, *map(len, _RULES)])
"""Which panel each rule begins with."""

STARTS = np.cumsum([0, *(len(t) for t, _ in _PANELS)])
NODES = np.concatenate([t for t, _ in _PANELS])
WEIGHTS = np.concatenate([w for _, w in _PANELS])
"""Where each panel begins, and the nodes and weights of all of them on [−1, 1]."""


@exact
def lay(sheet: Array, edges: Array, which: int) -> int:
    """Put a rule on the bracket, cut at the inner edges; give its number of nodes."""
    first, begin = FIRST_PANEL[which], STARTS[FIRST_PANEL[which]]
    for panel in range(first, FIRST_PANEL[which + 1]):
        low, high = edges[panel - first], edges[panel - first + 1]
        middle, half = 0.5 * (low + high), 0.5 * (high - low)
        for i in range(STARTS[panel], STARTS[panel + 1]):
            sheet[X + i - begin] = middle + half * NODES[i]
            sheet[WEIGHT + i - begin] = half * WEIGHTS[i]
    return STARTS[FIRST_PANEL[which + 1]] - begin


@exact
def integrate(case: Case, sheet: Array, n: int) -> Moments:
    """Integrate over the n nodes of the rule that is laid, and fill in their posterior masses."""
    evaluate(case, sheet, n)
    condition(case, sheet, n)
    peak = -np.inf
    for i in range(n):
        peak = max(peak, sheet[HEIGHT + i])
    for i in range(n):
        sheet[MASS + i] = sheet[HEIGHT + i] - peak
    vector.exp(sheet[MASS : MASS + n], sheet[A : A + n])
    total = _normalise(sheet, n)
    mu, tau = _spread(sheet, n, MEAN), _spread(sheet, n, TAU)
    within = _mean(sheet, n, VARIANCE)
    for i in range(n):
        sheet[A + i] = sheet[TAU + i] / (1.0 + sheet[TAU + i])
    share = _spread(sheet, n, A)
    return Moments(
        *(peak + np.log(total), mu[0], np.sqrt(mu[1] + within)),
        *(tau[0], np.sqrt(tau[1]), share[0], np.sqrt(share[1])),
    )


@summing
def _normalise(sheet: Array, n: int) -> float:
    """Turn heights into weights that sum to one, and give their sum: the evidence over the peak."""
    total = 0.0
    for i in range(n):
        sheet[MASS + i] *= sheet[WEIGHT + i]
        total += sheet[MASS + i]
    inverse = 1.0 / total
    for i in range(n):
        sheet[MASS + i] *= inverse
    return total


@summing
def _mean(sheet: Array, n: int, row: int) -> float:
    """Mean of a row over the posterior masses."""
    total = 0.0
    for i in range(n):
        total += sheet[MASS + i] * sheet[row + i]
    return total


@summing
def _spread(sheet: Array, n: int, row: int) -> tuple[float, float]:
    """Mean and variance of a row over the posterior masses."""
    mean, variance = _mean(sheet, n, row), 0.0
    for i in range(n):
        away = sheet[row + i] - mean
        variance += sheet[MASS + i] * away * away
    return mean, variance


@exact
def disagreement(coarse: Moments, fine: Moments, exist: int) -> float:
    """Largest relative difference in evidence and in the moments that exist; infinite for NaN.

    Means are compared per SD; the mean of τ, where the SD does not exist, by itself.
    """
    worst = max(
        abs(np.expm1(coarse.evidence - fine.evidence)),
        _apart((coarse.mu, coarse.mu_sd), (fine.mu, fine.mu_sd)),
    )
    if exist == 2:
        worst = max(worst, _apart((coarse.tau, coarse.tau_sd), (fine.tau, fine.tau_sd)))
    else:
        worst = max(worst, _apart((coarse.share, coarse.share_sd), (fine.share, fine.share_sd)))
    if exist == 1:
        worst = max(worst, abs(coarse.tau / fine.tau - 1.0))
    return worst if worst < np.inf else np.inf


@exact
def _apart(coarse: tuple[float, float], fine: tuple[float, float]) -> float:
    return max(abs(coarse[0] - fine[0]), abs(coarse[1] - fine[1])) / fine[1]
