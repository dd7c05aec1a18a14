"""The compiled loops as they are called, and what they are asked."""

from collections.abc import Callable
from functools import cache

import numpy as np

from consilience.engines.compiled import CACHE_KEY_ONLY, kept, stamp
from consilience.engines.integrated.kernel import Found, Table, Wish, Work, draw, fill, read
from consilience.gaussian import Array

_ROOM = 1024


def asked(eta: Array, h: Array, kappa: float) -> Work:
    """Ask for expectations with variances (n, k), those of equal variance one after the other."""
    order = np.argsort(h[:, 0], kind="stable")
    return Work(eta, h, kappa, order, np.empty(_ROOM))


def asked_once(eta: Array, h: Array, kappa: float) -> Work:
    """Ask without room to keep what was read: each expectation has a lattice of its own."""
    return Work(eta, h, kappa, np.arange(len(eta)), np.empty(0))


@cache
def filled() -> Callable[[Table, Work, Found], None]:
    """Give `fill`, compiled, or loaded from numba's cache."""
    version = stamp("consilience.engines.integrated")

    def over(table: Table, work: Work, found: Found) -> None:
        if version != CACHE_KEY_ONLY:
            fill(table, work, found)

    return kept(over)


@cache
def drawn() -> Callable[[Table, Work, Wish], None]:
    """Give `draw`, compiled, or loaded from numba's cache."""
    version = stamp("consilience.engines.integrated")

    def over(table: Table, work: Work, wish: Wish) -> None:
        if version != CACHE_KEY_ONLY:
            draw(table, work, wish)

    return kept(over)


@cache
def heights() -> Callable[[Table, Array, Array], None]:
    """Give `read`, compiled, or loaded from numba's cache."""
    version = stamp("consilience.engines.integrated")

    def over(table: Table, theta: Array, found: Array) -> None:
        if version != CACHE_KEY_ONLY:
            read(table, theta, found)

    return kept(over)
