"""A sheet: one long array that holds in rows all that is computed at the nodes of a rule.

The nodes x stand for τ = lower + s·sinh²(x). One array with rows at fixed places lets a compiler
see that the rows do not overlap, which it must know to turn loops into vector instructions.
"""

import numpy as np

from consilience.engines.compiled import exact
from consilience.gaussian import Array

CAPACITY = 400
"""Room for nodes in a row."""

STRIDE = 8
"""Loops run over multiples of this: what is left over would be done one number at a time."""

_ROWS = 19

X, WEIGHT = 0 * CAPACITY, 1 * CAPACITY
"""Nodes and weights of the rule on the x scale."""

BEYOND, TAU, SLOPE = 2 * CAPACITY, 3 * CAPACITY, 4 * CAPACITY
"""sinh²(x), τ and dτ/dx, in units of s."""

S0, S1, S2 = 5 * CAPACITY, 6 * CAPACITY, 7 * CAPACITY
"""Σ wᵢrᵢʲ with wᵢ = 1/(vᵢ + τ²)."""

PRODUCT, EXPONENT = 8 * CAPACITY, 9 * CAPACITY
"""∏ (vᵢ + τ²) as mantissa and power of two; the second row holds whole numbers."""

HEIGHT, MASS = 10 * CAPACITY, 11 * CAPACITY
"""Log of the integrand, and the posterior mass of each node."""

MEAN, VARIANCE = 12 * CAPACITY, 13 * CAPACITY
"""Moments of μ given τ."""

SHARP, SHARP_NEW = 14 * CAPACITY, 15 * CAPACITY
"""One over the standard deviations of μ and of a new true effect given τ."""

A, B, C = 16 * CAPACITY, 17 * CAPACITY, 18 * CAPACITY
"""Room for what is soon forgotten."""


def blank() -> Array:
    """Make a new sheet."""
    return np.zeros(_ROWS * CAPACITY)


@exact
def padded(n: int) -> int:
    """Give the number of nodes to compute for n nodes to be used."""
    return (n + STRIDE - 1) // STRIDE * STRIDE
