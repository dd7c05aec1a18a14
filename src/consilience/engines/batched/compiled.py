"""How functions are compiled: numpy's rules for division, and no more fast mathematics than is safe.

Infinities and NaN keep their meaning everywhere, because they mark what cannot be computed.
"""

from collections.abc import Callable

from numba import njit


def exact[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile with every operation in the order in which it is written."""
    return njit(_nrt=False, error_model="numpy", fastmath={"contract"})(function)  # type: ignore[no-any-return]


def summing[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile with sums in any order, so that they become sums of vectors."""
    return njit(_nrt=False, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})(function)  # type: ignore[no-any-return]


def inlined[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile into the place of the call."""
    return njit(_nrt=False, error_model="numpy", fastmath={"contract"}, inline="always")(function)  # type: ignore[no-any-return]
