"""Where the posterior of τ lies, found from the integrand itself."""

import numpy as np

from consilience.engines.batched.integrand import evaluate
from consilience.engines.batched.shapes import Case
from consilience.engines.batched.sheet import HEIGHT, MASS, A, X
from consilience.engines.compiled import exact
from consilience.gaussian import Array

FARTHEST = 85.0
"""End of the search on the x scale: τ of 10⁷³ typical standard errors."""

_DROP = 32.2  # e^-32.2 = 1e-14 of the peak
_EVEN = np.linspace(0.0, 1.0, 16)
_NEAR = 10.0
_ROUNDS = 60


@exact
def bracket(case: Case, sheet: Array) -> tuple[float, float, int]:
    """Bracket the integrand by a grid that zooms in until its hull fills it.

    The hull holds every grid point within 1e-14 of the peak, of the integrand and of the integrand
    times e⁴ˣ, which grows as τ² does, so that variances are integrated as far out as evidence is.

    Returns
    -------
    lower, upper : float
        Ends on the x scale; nan where the integrand is not a number anywhere.
    moments : int
        Highest moment of τ (2, 1 or 0) that exists; −1 for an improper posterior.
    """
    for moments in (2, 1, 0):
        lower, upper = _widen(case, sheet, moments)
        if not upper >= FARTHEST:
            return lower, upper, moments
    return np.nan, np.nan, -1


@exact
def _widen(case: Case, sheet: Array, moments: int) -> tuple[float, float]:
    """Look near zero first, and further out as long as the hull touches the end."""
    end = min(_NEAR, case.farthest)
    while True:
        lower, upper = _zoom(case, sheet, (end, moments))
        if upper < end or end >= case.farthest or np.isnan(upper):
            return lower, upper
        end = min(3.0 * end, case.farthest)


@exact
def _zoom(case: Case, sheet: Array, target: tuple[float, int]) -> tuple[float, float]:
    """Look far at first, with points close together near zero, then evenly at what was found."""
    lower, upper = 0.0, target[0]
    for look in range(_ROUNDS):
        for i in range(_EVEN.size):
            share = _EVEN[i] if look else _EVEN[i] * _EVEN[i]
            sheet[X + i] = lower + (upper - lower) * share
        _measure(case, sheet, target[1])
        low, high = _hull(sheet)
        settled = look > 0 and high - low > 0.5 * (upper - lower)
        lower, upper = low, high
        if settled or np.isnan(upper):
            return lower, upper
    return np.nan, np.nan


@exact
def _measure(case: Case, sheet: Array, moments: int) -> None:
    """Put into MASS the logarithms below the peak at the points X, plain or weighted by τ."""
    n = _EVEN.size
    evaluate(case, sheet, n)
    plain = weighted = -np.inf
    for i in range(n):
        sheet[A + i] = sheet[HEIGHT + i] + 2.0 * moments * sheet[X + i]
        plain, weighted = max(plain, sheet[HEIGHT + i]), max(weighted, sheet[A + i])
    for i in range(n):
        sheet[MASS + i] = max(sheet[HEIGHT + i] - plain, sheet[A + i] - weighted)


@exact
def _hull(sheet: Array) -> tuple[float, float]:
    """Find the ends of what is near the peak, at most one grid step wider on each side."""
    x, below, last = sheet[X : X + _EVEN.size], sheet[MASS : MASS + _EVEN.size], _EVEN.size - 1
    first, final = 0, last
    while first < last and not below[first] > -_DROP:
        first += 1
    while final > 0 and not below[final] > -_DROP:
        final -= 1
    if final < first:
        return np.nan, np.nan
    low, high = x[first], x[final]
    if first > 0:
        low += (x[first - 1] - low) * _share((x, below), first, 1)
    if final < last:
        high += (x[final + 1] - high) * _share((x, below), final, -1)
    return low, high


@exact
def _share(points: tuple[Array, Array], place: int, inward: int) -> float:
    """Give the share of the next step outwards after which the chord leaves the bracket.

    The chord through the two last points inside lies above a concave logarithm further out.
    """
    x, below = points
    if not 0 <= place + inward < x.size:
        return 1.0
    fall = below[place + inward] - below[place]
    reach = (below[place] + _DROP) / fall * (x[place] - x[place + inward])
    return min(abs(reach / (x[place - inward] - x[place])), 1.0) if fall > 0.0 else 1.0
