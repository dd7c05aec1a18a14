"""The integrand of one data set: likelihood × prior × Jacobian, for a whole vector of nodes.

In units of the typical standard error s, with wᵢ = 1/(vᵢ + τ²), Sⱼ = Σ wᵢrᵢʲ and g = S₁/S₀,

    −2 log p(y | τ) = k log 2π + Σ log(vᵢ + τ²) + log(1 + S₀σ²) + S₂ − S₁g + (g − m)²S₀/(1 + S₀σ²)

for μ ~ N(m, σ²); for flat μ one 2π less, and log S₀ in place of what holds σ². The rᵢ are taken
about the posterior mean without heterogeneity, so that nothing cancels where there is mass.
"""

import numpy as np

from consilience.engines.batched import vector
from consilience.engines.batched.prior import look_up
from consilience.engines.batched.shapes import Case
from consilience.engines.batched.sheet import (
    BEYOND,
    EXPONENT,
    HEIGHT,
    MEAN,
    PRODUCT,
    S0,
    S1,
    S2,
    SHARP,
    SHARP_NEW,
    SLOPE,
    TAU,
    VARIANCE,
    A,
    B,
    X,
    padded,
)  # fmt: skip
from consilience.engines.compiled import exact
from consilience.gaussian import Array

_BIAS = 1023
_MANTISSA = (1 << 52) - 1
_ONE = _BIAS << 52
_HALF_LOG_2 = 0.34657359027997264
_PAIRS, _MODERATE = 8, 1e17  # so many pairs of such numbers have a product in range


@exact
def evaluate(case: Case, sheet: Array, n: int) -> None:
    """Fill in HEIGHT at the first n nodes, up to the constant of the likelihood."""
    m = padded(n)
    for i in range(n, m):
        sheet[X + i] = sheet[X]
    _place(sheet, m, (case.lower, case.upper))
    look_up(case.table, sheet, (m, case.unit))
    _accumulate(case, sheet, m)
    _combine((case.centre, case.spread, case.proper), sheet, m)


@exact
def condition(case: Case, sheet: Array, n: int) -> None:
    """Fill in MEAN and VARIANCE, in units of s about the origin."""
    own, push = case.precision, case.centre * case.precision
    for i in range(n):
        variance = 1.0 / (sheet[S0 + i] + own)
        sheet[MEAN + i], sheet[VARIANCE + i] = (sheet[S1 + i] + push) * variance, variance


@exact
def sharpen(sheet: Array, n: int) -> None:
    """Fill in SHARP and SHARP_NEW."""
    for i in range(n):
        variance = sheet[VARIANCE + i]
        sheet[SHARP + i] = 1.0 / np.sqrt(variance)
        sheet[SHARP_NEW + i] = 1.0 / np.sqrt(variance + sheet[TAU + i] * sheet[TAU + i])


@exact
def _place(sheet: Array, n: int, support: tuple[float, float]) -> None:
    """Put the nodes on the scale of tau, lower + sinh(x)² up to upper, with the slope in x."""
    lower, upper = support
    for i in range(n):
        sheet[BEYOND + i] = sheet[X + i]
    vector.sinh(sheet[BEYOND : BEYOND + n], sheet[A : A + n])
    for i in range(n):
        root = sheet[BEYOND + i]
        square = root * root
        sheet[BEYOND + i] = square
        sheet[TAU + i] = min(lower + square, upper)
        sheet[SLOPE + i] = 2.0 * root * np.sqrt(1.0 + square)


@exact
def _accumulate(case: Case, sheet: Array, n: int) -> None:
    """Sum over the estimates, two at a time, so that one division serves both."""
    estimates = case.estimates
    exponent = sheet.view(np.int64)
    largest = case.largest
    for i in range(n):
        square = sheet[TAU + i] * sheet[TAU + i]
        largest = max(largest, square)
        sheet[A + i], sheet[PRODUCT + i], exponent[EXPONENT + i] = square, 1.0, 0
        sheet[S0 + i] = sheet[S1 + i] = sheet[S2 + i] = 0.0
    safe = 2 * _PAIRS if largest < _MODERATE and case.smallest > 1.0 / _MODERATE else 2
    k = len(estimates)
    for j in range(0, k - 1, 2):
        r, v = estimates[j, 0], estimates[j, 1]
        t, w = estimates[j + 1, 0], estimates[j + 1, 1]
        for i in range(n):
            a, b = v + sheet[A + i], w + sheet[A + i]
            both = a * b
            inverse = 1.0 / both
            a, b = a * inverse, b * inverse
            sheet[S0 + i] += a + b
            sheet[S1 + i] += b * r + a * t
            sheet[S2 + i] += b * (r * r) + a * (t * t)
            sheet[PRODUCT + i] *= both
        if (j + 2) % safe == 0:
            _carry(sheet, n)
    if k % 2:
        _carry(sheet, n)
        _single(estimates, sheet, n)
    _carry(sheet, n)


@exact
def _single(estimates: Array, sheet: Array, n: int) -> None:
    """Add the last of an odd number of estimates."""
    r, v = estimates[-1, 0], estimates[-1, 1]
    for i in range(n):
        a = v + sheet[A + i]
        weight = 1.0 / a
        sheet[S0 + i] += weight
        sheet[S1 + i] += weight * r
        sheet[S2 + i] += weight * (r * r)
        sheet[PRODUCT + i] *= a


@exact
def _carry(sheet: Array, n: int) -> None:
    """Bring the products back to [1, 2) and keep their powers of two aside."""
    bits = sheet.view(np.int64)
    for i in range(n):
        bits[EXPONENT + i] += (bits[PRODUCT + i] >> 52) - _BIAS
        bits[PRODUCT + i] = (bits[PRODUCT + i] & _MANTISSA) | _ONE


@exact
def _combine(prior: tuple[float, float, float], sheet: Array, n: int) -> None:
    """Add likelihood, prior of mu and Jacobian at each node, the logarithms in one sweep."""
    centre, spread, proper = prior
    exponent = sheet.view(np.int64)
    for i in range(n):
        s0, s1 = sheet[S0 + i], sheet[S1 + i]
        inflation = proper + s0 * spread
        product = sheet[PRODUCT + i] * inflation
        inverse = 1.0 / (s0 * product)
        g = s1 * product * inverse
        away = g - centre
        pull = proper * s0 * sheet[PRODUCT + i] * inverse  # 1 / inflation, without dividing again
        quadratic = sheet[S2 + i] - s1 * g + away * away * s0 * pull
        sheet[HEIGHT + i] -= 0.5 * quadratic + _HALF_LOG_2 * exponent[EXPONENT + i]
        sheet[A + i] = sheet[SLOPE + i] * sheet[SLOPE + i] * s0 * inverse
    vector.log(sheet[A : A + n], sheet[B : B + n])
    for i in range(n):
        sheet[HEIGHT + i] += 0.5 * sheet[A + i]
