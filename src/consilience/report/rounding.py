"""Numbers as a reader sees them: rounded for tables and sentences, never for files."""

import math
from numbers import Real

from consilience.findings import words
from consilience.findings.words import NOTHING, decimal

__all__ = ["NOTHING", "decimal", "digits_for", "p_value", "percent", "whole"]


def percent(probability: object) -> str:
    """Write a probability as a percentage, finer near 0 and 1: 98 %, 99.6 %, more than 99.9 %."""
    text = words.percent(probability)
    for sign, told in (("<", "less than"), (">", "more than")):
        if text.startswith(sign):
            return f"{told} {text[2:]}"
    return text


def p_value(p: object) -> str:
    """Write a p value with two digits that mean something, and no more than three decimals."""
    if not isinstance(p, int | float) or math.isnan(p):
        return NOTHING
    if p < 0.001:
        return "<0.001"
    return f"{float(p):.{2 if p >= 0.095 else 3}f}"


def whole(value: object) -> str:
    """Write a count, of Python's numbers or of a table's."""
    return NOTHING if not isinstance(value, Real) or math.isnan(value) else f"{value:.0f}"


def digits_for(spread: float) -> int:
    """Give the decimals that effects of this typical standard error deserve: two or more."""
    return words.digits_for(spread, significant=2)
