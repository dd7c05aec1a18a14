"""Rising factorials without cancellation."""

from math import log, log1p

from consilience.compiled import exact, inlined
from consilience.gaussian import Array

FEW = 16.0


@inlined
def series(a: float) -> float:
    """Give log Γ(a) − (a − ½) log a + a − ½ log 2π, by Stirling's series."""
    r = 1.0 / a
    square = r * r
    inner = 1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square / 1188.0))
    return r * (1.0 / 12.0 - square * inner)


@exact
def log_rising(a: float, x: float) -> float:
    """Give log a(a + 1)…(a + x − 1): the first sixteen factors as they are, the rest by Stirling.

    Parameters
    ----------
    a : float
        Above zero.
    x : float
        Whole.
    """
    one, two, j = 1.0, 1.0, 0.0
    while j + 1.0 < min(x, FEW):
        one *= a + j
        two *= a + j + 1.0
        j += 2.0
    if j < min(x, FEW):
        one *= a + j
    few = log(one * two)
    if x <= FEW:
        return few
    large, rest = a + FEW, x - FEW
    tail = series(large + rest) - series(large)
    far = (large - 0.5) * log1p(rest / large) + rest * log(large + rest) - rest
    return few + far + tail


@exact
def fill_rising(a: Array, x: Array, found: Array) -> None:
    """Fill in the logarithms of rising factorials, (n,) each."""
    for n in range(len(a)):
        found[n] = log_rising(a[n], x[n])
