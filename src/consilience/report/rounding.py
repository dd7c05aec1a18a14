"""Numbers as a reader sees them: rounded for tables and sentences, never for files."""

import math

NOTHING = "–"
_MINUS = "−"
_SPACE = "\N{NO-BREAK SPACE}"


def decimal(value: object, digits: int = 2) -> str:
    """Write a number with a fixed count of decimals; what is no finite number is a dash.

    Examples
    --------
    >>> decimal(-0.304, 2)
    '−0.30'
    """
    if not isinstance(value, int | float) or math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else f"{_MINUS}∞"
    text = f"{float(value):.{digits}f}"
    negative = text.startswith("-") and float(text) != 0
    return (_MINUS if negative else "") + text.removeprefix("-")


def percent(probability: object) -> str:
    """Write a probability as a percentage, finer near 0 and 1: 98 %, 99.6 %, more than 99.9 %."""
    if not isinstance(probability, int | float) or math.isnan(probability):
        return NOTHING
    p = float(probability)
    if p < 0.001:
        return f"less than 0.1{_SPACE}%"
    if p > 0.999:
        return f"more than 99.9{_SPACE}%"
    digits = 0 if 0.01 <= p < 0.99 else 1
    return f"{100 * p:.{digits}f}{_SPACE}%"


def p_value(p: object) -> str:
    """Write a p value with two digits that mean something, and no more than three decimals."""
    if not isinstance(p, int | float) or math.isnan(p):
        return NOTHING
    if p < 0.001:
        return "<0.001"
    return f"{float(p):.{2 if p >= 0.095 else 3}f}"


def whole(value: object) -> str:
    """Write a count."""
    return NOTHING if not isinstance(value, int | float) or math.isnan(value) else f"{value:.0f}"


def digits_for(spread: float) -> int:
    """Give the decimals that effects of this typical standard error deserve: two or more."""
    if not (math.isfinite(spread) and spread > 0):
        return 2
    return max(2, min(6, 1 - math.floor(math.log10(spread))))
