"""How functions are compiled: numpy's rules for division, and only safe fast mathematics.

Infinities and NaN keep their meaning everywhere, because they mark what cannot be computed.
"""

from collections.abc import Callable

from numba import njit


def exact[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile with every operation in the order in which it is written."""
    return njit(_nrt=False, error_model="numpy", fastmath={"contract"})(function)


def summing[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile with sums in any order, so that they become sums of vectors."""
    compile_ = njit(_nrt=False, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})
    return compile_(function)


def inlined[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile into the place of the call."""
    compile_ = njit(_nrt=False, error_model="numpy", fastmath={"contract"}, inline="always")
    return compile_(function)
