"""The root of a falling function, found without any absolute tolerance."""

import math
from collections.abc import Callable

from consilience.errors import ConvergenceError

_TOLERANCE = 1e-13
_MAX_STEPS = 200
# A root this far below the bracket's top is zero for every purpose.
_NEGLIGIBLE = 1e-9


def falling_root(
    function: Callable[[float], tuple[float, float]], low: float, high: float, *, start: float
) -> float:
    """Solve ``f(x) = 0`` by Newton steps that a bracket keeps safe.

    A step that leaves the bracket, or is not half as long as the one before, is replaced by
    bisection; in double precision a bracket that holds a root takes far fewer than 200 steps.

    Parameters
    ----------
    function : callable
        ``x -> (f(x), f'(x))``.
    low, high : float
        ``f(low) >= 0 >= f(high)``, ``0 <= low <= high``.
    start : float
        First guess, in the bracket.

    Returns
    -------
    float
        To a relative 1e-13, and to 1e-22 of ``high`` near zero.

    Raises
    ------
    ConvergenceError
        If the steps run out or the function is not finite; the message says how far it came.
    """
    x, last, floor = start, high - low, _NEGLIGIBLE * high
    for _ in range(_MAX_STEPS):
        value, slope = function(x)
        if not math.isfinite(value):
            break
        low, high = (x, high) if value > 0 else (low, x)
        step = -value / slope if slope < 0 else high - low
        if not (low <= x + step <= high and 2 * abs(step) <= last):
            step = (low + high) / 2 - x
        x, last = x + step, abs(step)
        if last <= _TOLERANCE * max(x, floor):
            return x
    message = (
        f"The search for tau² ended without an answer; it lies between {low!r} and {high!r}. "
        "Look for sampling variances that differ by more than ten orders of magnitude."
    )
    raise ConvergenceError(message)
