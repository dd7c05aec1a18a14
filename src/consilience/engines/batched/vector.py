"""Elementary functions of whole vectors, in loops that a compiler turns into vector instructions.

A call of the C library for each number would cost several times as much. Each function is within
two units of the last place of the exact one. Adding `_MAGIC` = 1.5·2⁵² rounds to a whole number and
leaves it in the lowest bits, where it serves as an exponent.
"""

import numpy as np
from numpy.polynomial import chebyshev
from scipy.special import erfcx

from consilience.engines.compiled import exact, inlined
from consilience.gaussian import Array

_MAGIC = 6755399441055744.0
_MAGIC_BITS = int(np.float64(_MAGIC).view(np.int64))
_ROOT_HALF_BITS = int(np.float64(np.sqrt(0.5)).view(np.int64))
_BIAS = 1023
_PER_LOG_2 = 1.4426950408889634
_LOG_2_HIGH, _LOG_2_LOW = 0.6931471803691238, 1.9082149292705877e-10
_LOWEST = -700.0
_DEGREE, _TURN = 20, 4.0


@exact
def exp(x: Array, scratch: Array) -> None:
    """Replace numbers by their exponentials; what is below −700 counts as −700.

    Parameters
    ----------
    x : array
        Numbers up to 700.
    scratch : array
        Room for as many.
    """
    for i in range(x.size):
        x[i] = max(x[i], _LOWEST)
        scratch[i] = x[i] * _PER_LOG_2 + _MAGIC
    for i in range(x.size):
        whole = scratch[i] - _MAGIC
        r = (x[i] - whole * _LOG_2_HIGH) - whole * _LOG_2_LOW
        x[i] = 1.0 + r * _expm1_ratio(r)
    bits, exponents = x.view(np.int64), scratch.view(np.int64)
    for i in range(x.size):
        bits[i] += exponents[i] << 52


@exact
def sinh(x: Array, scratch: Array) -> None:
    """Replace numbers x ≥ 0 by their hyperbolic sines, to full relative accuracy near 0.

    With E = eˣ − 1 it is (E + E/(1 + E))/2, and E = 2ʷ(eʳ − 1) + (2ʷ − 1) for x = w·log 2 + r.
    """
    for i in range(x.size):
        scratch[i] = x[i] * _PER_LOG_2 + _MAGIC
    for i in range(x.size):
        whole = scratch[i] - _MAGIC
        r = (x[i] - whole * _LOG_2_HIGH) - whole * _LOG_2_LOW
        x[i] = r * _expm1_ratio(r)
    powers = scratch.view(np.int64)
    for i in range(x.size):
        powers[i] = (powers[i] + _BIAS) << 52
    for i in range(x.size):
        less = scratch[i] * x[i] + (scratch[i] - 1.0)
        x[i] = 0.5 * (less + less / (1.0 + less))


@exact
def log(x: Array, scratch: Array) -> None:
    """Replace normal numbers x > 0 by their natural logarithms.

    With x = 2ʷm, √½ ≤ m < √2 and f = (m − 1)/(m + 1): log x = w·log 2 + 2(f + f³/3 + f⁵/5 + …).
    Zero becomes about −709, the logarithm of the smallest normal number.
    """
    bits, whole = x.view(np.int64), scratch.view(np.int64)
    for i in range(x.size):
        exponent = (bits[i] - _ROOT_HALF_BITS) >> 52
        bits[i] -= exponent << 52
        whole[i] = exponent + _MAGIC_BITS
    for i in range(x.size):
        exponent_ = scratch[i] - _MAGIC
        f = (x[i] - 1.0) / (x[i] + 1.0)
        series = 2.0 * f * _atanh_series(f * f)
        x[i] = exponent_ * _LOG_2_HIGH + (2.0 * f + (series + exponent_ * _LOG_2_LOW))


@inlined
def _expm1_ratio(r: float) -> float:
    """(eʳ − 1)/r for |r| ≤ (log 2)/2, by Taylor's series to r¹³/13!."""
    p = 1.0 / 39916800.0 + r * (1.0 / 479001600.0 + r * (1.0 / 6227020800.0))
    p = 1.0 / 40320.0 + r * (1.0 / 362880.0 + r * (1.0 / 3628800.0 + r * p))
    p = 1.0 / 120.0 + r * (1.0 / 720.0 + r * (1.0 / 5040.0 + r * p))
    return 1.0 + r * (1.0 / 2.0 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * p)))


@inlined
def _atanh_series(s: float) -> float:
    """Give s/3 + s²/5 + … for s = f² ≤ (3 − √8)²."""
    p = 1.0 / 15.0 + s * (1.0 / 17.0 + s * (1.0 / 19.0 + s * (1.0 / 21.0)))
    p = 1.0 / 9.0 + s * (1.0 / 11.0 + s * (1.0 / 13.0 + s * p))
    return s * (1.0 / 3.0 + s * (1.0 / 5.0 + s * (1.0 / 7.0 + s * p)))


def _tail() -> Array:
    """Coefficients of Φ(−a)·exp(a²/2)·(a + 4) in powers of (a − 4)/(a + 4), highest first.

    The function is analytic on a ≥ 0 and has a limit; its Chebyshev interpolant of degree 20
    reproduces Φ to 2e-15.

    References
    ----------
    .. [1] Schonfelder (1978). Chebyshev expansions for the error and related functions.
       Mathematics of Computation 32:1232-1240. doi:10.1090/S0025-5718-1978-0494846-8
    """

    def scaled(t: Array) -> Array:
        """Give the function of t that a polynomial follows."""
        a = _TURN * (1.0 + t) / (1.0 - t)
        return 0.5 * erfcx(a / np.sqrt(2.0)) * (a + _TURN)

    series = chebyshev.Chebyshev.interpolate(scaled, _DEGREE).coef
    return np.ascontiguousarray(chebyshev.cheb2poly(series)[::-1])


_TAIL = _tail()


@inlined
def upper(z: float, exponential: float) -> float:
    """P(Z > z), given exp(−z²/2)."""
    a = abs(z)
    inverse = 1.0 / (a + _TURN)
    t = (a - _TURN) * inverse
    series = _TAIL[0]
    for power in range(1, _DEGREE + 1):
        series = series * t + _TAIL[power]
    tail = series * inverse * exponential
    return tail if z >= 0.0 else 1.0 - tail
