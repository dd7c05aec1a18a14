"""What the machine computes of single elements."""

import math

from consilience.compiled import exact
from consilience.engines.nuts.machine import codes as c
from consilience.engines.nuts.machine.special import erfcx, psi, trigamma

_LOG_HALF = -0.6931471805599453


@exact
def usual(code: int, x: float) -> float:
    """Give a function of one element that most models ask for."""
    value = -x
    if code == c.EXP:
        value = math.exp(x)
    elif code == c.LOG:
        value = math.log(x)
    elif code == c.LOG1P:
        value = math.log1p(x)
    elif code == c.EXPM1:
        value = math.expm1(x)
    elif code == c.SQRT:
        value = math.sqrt(x)
    elif code == c.ABS:
        value = abs(x)
    elif code == c.RECIPROCAL:
        value = 1.0 / x
    return value


@exact
def bent(code: int, x: float) -> float:
    """Give a function of one element that bends from one line to another."""
    value = math.atan(x)
    if code == c.SIGMOID:
        value = 1.0 / (1.0 + math.exp(-x))
    elif code == c.SOFTPLUS:
        value = max(x, 0.0) + math.log1p(math.exp(-abs(x)))
    elif code == c.LOG1MEXP:
        value = math.log1p(-math.exp(x)) if x < _LOG_HALF else math.log(-math.expm1(x))
    elif code == c.TANH:
        value = math.tanh(x)
    elif code == c.SIN:
        value = math.sin(x)
    elif code == c.COS:
        value = math.cos(x)
    return value


@exact
def rare(code: int, x: float) -> float:
    """Give a special function of one element."""
    value = trigamma(x)
    if code == c.ERF:
        value = math.erf(x)
    elif code == c.ERFC:
        value = math.erfc(x)
    elif code == c.ERFCX:
        value = erfcx(x)
    elif code == c.GAMMALN:
        value = math.lgamma(x)
    elif code == c.PSI:
        value = psi(x)
    return value


@exact
def stepped(code: int, x: float) -> float:
    """Give a function of one element that is constant but for its steps."""
    value = 1.0 if x > 0.0 else (-1.0 if x < 0.0 else x)
    if code == c.ISNAN:
        value = 1.0 if math.isnan(x) else 0.0
    elif code == c.ISINF:
        value = 1.0 if math.isinf(x) else 0.0
    elif code == c.INVERT:
        value = 1.0 if x == 0.0 else 0.0
    elif code == c.TRUTH:
        value = 1.0 if x != 0.0 else 0.0
    return value


@exact
def compared(code: int, x: float, y: float) -> float:
    """Say whether two elements stand so to each other."""
    true = x != y
    if code == c.LT:
        true = x < y
    elif code == c.GT:
        true = x > y
    elif code == c.LE:
        true = x <= y
    elif code == c.GE:
        true = x >= y
    elif code == c.EQ:
        true = x == y
    return 1.0 if true else 0.0


@exact
def joined(code: int, x: float, y: float) -> float:
    """Give a function of two elements."""
    value = x**y
    if code == c.MAXIMUM:
        value = x if x >= y or math.isnan(x) else y
    elif code == c.MINIMUM:
        value = x if x <= y or math.isnan(x) else y
    elif code == c.AND:
        value = 1.0 if x != 0.0 and y != 0.0 else 0.0
    elif code == c.OR:
        value = 1.0 if x != 0.0 or y != 0.0 else 0.0
    return value


@exact
def chosen(code: int, x: float, pair: tuple[float, float]) -> float:
    """Give the first or the second of two as x is true, or x between the two."""
    y, z = pair
    if code == c.SWITCH:
        return y if x != 0.0 else z
    return y if x < y else (z if x > z else x)
