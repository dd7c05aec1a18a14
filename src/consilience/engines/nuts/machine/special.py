"""Special functions that compiled code has no library for.

References
----------
Abramowitz & Stegun (1964), Handbook of Mathematical Functions, 6.3.6, 6.3.18, 6.4.6, 6.4.12 and
7.1.14.
"""

import math

from consilience.compiled import exact

_FAR = 10.0
_TAIL = 5.0
_TERMS = 60


@exact
def psi(x: float) -> float:
    """Give d/dx log Γ(x): ψ(x) = ψ(x + 1) − 1/x up to where its asymptotic series holds."""
    if x <= 0.0:
        if x == math.floor(x):
            return math.nan
        return psi_right(1.0 - x) - math.pi / math.tan(math.pi * x)
    return psi_right(x)


@exact
def psi_right(x: float) -> float:
    """Give ψ of what is above zero."""
    total = 0.0
    while x < _FAR:
        total -= 1.0 / x
        x += 1.0
    s = 1.0 / (x * x)
    tail = s * (1 / 240 - s * (1 / 132 - s * 691 / 32760))
    return total + math.log(x) - 0.5 / x - s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - tail)))


@exact
def trigamma(x: float) -> float:
    """Give d²/dx² log Γ(x), above zero."""
    if not x > 0.0:
        return math.nan
    total = 0.0
    while x < _FAR:
        total += 1.0 / (x * x)
        x += 1.0
    s = 1.0 / (x * x)
    tail = s * (1 / 6 - s * (1 / 30 - s * (1 / 42 - s * (1 / 30 - s * (5 / 66 - s * 691 / 2730)))))
    return total + (1.0 + 0.5 / x + tail) / x


@exact
def erfcx(x: float) -> float:
    """Give exp(x²) erfc(x); in the right tail by its continued fraction."""
    if x < _TAIL:
        return math.exp(x * x) * math.erfc(x)
    below = x
    for term in range(_TERMS, 0, -1):
        below = x + 0.5 * term / below
    return 1.0 / (math.sqrt(math.pi) * below)
