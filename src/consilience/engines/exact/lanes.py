"""Small linear algebra for many nodes side by side, compiled.

Matrices are (m, m, LANES), vectors (m, LANES): one instruction serves several nodes, and for many
small matrices this is several times faster than one LAPACK call for each.
"""

from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consilience.engines.compiled import summing
from consilience.gaussian import Array

LANES = 8
OFTEN = 512  # so many mantissas, below 2 each, multiply to less than the largest number

type Integers = NDArray[np.int64]

_LOST = 2.220446049250313e-16  # a pivot below this share is rounding error
_LOG_2 = 0.6931471805599453
_BITS, _BIAS = 52, 1023
_MANTISSA, _ONE = (1 << _BITS) - 1, _BIAS << _BITS


class Logs(NamedTuple):
    """A sum of logarithms: that of a product of mantissas, and a sum of exponents.

    One logarithm serves hundreds of numbers, and none is too small or too large.
    """

    given: Array
    """What is added next, (LANES,)."""
    bits: Integers
    """The same memory as integers."""
    mantissa: Array
    mantissa_bits: Integers
    product: Array
    exponent: Integers
    total: Array


def no_logs() -> Logs:
    """Make room for a sum."""
    given, mantissa, product, total = np.zeros((4, LANES))
    bits, mantissa_bits = given.view(np.int64), mantissa.view(np.int64)
    return Logs(given, bits, mantissa, mantissa_bits, product, np.zeros(LANES, np.int64), total)


@summing
def begin(logs: Logs) -> None:
    """Begin a new sum."""
    for lane in range(LANES):
        logs.product[lane] = 1.0
        logs.exponent[lane] = 0
        logs.total[lane] = 0.0


@summing
def add(logs: Logs) -> None:
    """Add the logarithms of what is given; settle the sum before mantissas reach 2¹⁰²³."""
    for lane in range(LANES):
        logs.exponent[lane] += (logs.bits[lane] >> _BITS) - _BIAS
        logs.mantissa_bits[lane] = (logs.bits[lane] & _MANTISSA) | _ONE
    for lane in range(LANES):
        logs.product[lane] *= logs.mantissa[lane]


@summing
def settle(logs: Logs) -> None:
    """Add what was multiplied to the total."""
    for lane in range(LANES):
        logs.total[lane] += log(logs.product[lane]) + _LOG_2 * logs.exponent[lane]
        logs.product[lane] = 1.0
        logs.exponent[lane] = 0


@summing
def factor(A: Array, logs: Logs) -> None:
    """Factor A = LL' in its lower triangle, with 1/Lⱼⱼ on the diagonal; add log|A|."""
    for j in range(len(A)):
        for lane in range(LANES):
            logs.given[lane] = _LOST * A[j, j, lane]
        for other in range(j):
            for lane in range(LANES):
                A[j, j, lane] -= A[j, other, lane] * A[j, other, lane]
        for lane in range(LANES):
            logs.given[lane] = max(A[j, j, lane], logs.given[lane])
        add(logs)
        for lane in range(LANES):
            A[j, j, lane] = 1.0 / np.sqrt(logs.given[lane])
        below(A, j)
        if j % OFTEN == OFTEN - 1:
            settle(logs)
    settle(logs)


@summing
def below(A: Array, j: int) -> None:
    """Finish a column of L below its diagonal."""
    for i in range(j + 1, len(A)):
        for other in range(j):
            for lane in range(LANES):
                A[i, j, lane] -= A[i, other, lane] * A[j, other, lane]
        for lane in range(LANES):
            A[i, j, lane] *= A[j, j, lane]


@summing
def solve(lower: Array, g: Array) -> None:
    """Solve LL'z = g in place."""
    forward(lower, g)
    backward(lower, g)


@summing
def forward(lower: Array, g: Array) -> None:
    """Solve Lu = g in place."""
    for i in range(len(lower)):
        for j in range(i):
            for lane in range(LANES):
                g[i, lane] -= lower[i, j, lane] * g[j, lane]
        for lane in range(LANES):
            g[i, lane] *= lower[i, i, lane]


@summing
def backward(lower: Array, g: Array) -> None:
    """Solve L'z = u in place."""
    m = len(lower)
    for i in range(m - 1, -1, -1):
        for j in range(i + 1, m):
            for lane in range(LANES):
                g[i, lane] -= lower[j, i, lane] * g[j, lane]
        for lane in range(LANES):
            g[i, lane] *= lower[i, i, lane]


@summing
def invert(lower: Array, rest: Array) -> None:
    """Invert L in place; `rest` (LANES,) is overwritten."""
    for j in range(len(lower)):
        for i in range(j + 1, len(lower)):
            for lane in range(LANES):
                rest[lane] = lower[i, j, lane] * lower[j, j, lane]
            for other in range(j + 1, i):
                for lane in range(LANES):
                    rest[lane] += lower[i, other, lane] * lower[other, j, lane]
            for lane in range(LANES):
                lower[i, j, lane] = -rest[lane] * lower[i, i, lane]
