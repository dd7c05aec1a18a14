"""The compiled loops as they are called, and what they are asked."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from consilience.engines.compiled import CACHE_KEY_ONLY, kept, stamp
from consilience.engines.integrated.carrying import Carried, Columns, carry, read_columns
from consilience.engines.integrated.drawing import Drawn, draw_baselines
from consilience.engines.integrated.kernel import Found, Table, Wish, Work, draw, fill, read
from consilience.engines.integrated.pairing import BLOCK, Sheet, Smooth, Sought, pair
from consilience.engines.integrated.rows import Given, Rows
from consilience.errors import ConvergenceError
from consilience.gaussian import Array

_ROOM = 1024
_NUMBERS, _MOST = 1 << 16, 1 << 25
_BLOCKS = 1024


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


def paired(given: Given, i: int, found: Sought) -> None:
    """Find what a trial says at every node, in as much room as its rows need.

    Raises
    ------
    ConvergenceError
        If they need more than there can be.
    """
    smooth, room = _smooth(given, i, moments=bool(len(found.mean))), _NUMBERS
    while room <= _MOST:
        if _paired()(Sheet(given, _rows(given, room), smooth), i, found) <= room:
            return
        room *= 4
    raise ConvergenceError(
        "The trials say so little about the spread of their baselines that these may lie anywhere: "
        "the prior of baseline_sd is too heavy in the tail. Give it a lighter one, such as "
        "HalfNormal(2), or use engines.Nuts()."
    )


def _smooth(given: Given, i: int, *, moments: bool) -> Smooth:
    """Make room for one arm of a trial."""
    size = 2 * int(given.lattice.half[i]) + 1
    more, points = size if moments else 0, len(given.hermite.barycentric)
    values, firsts, seconds, weights = (np.empty(each) for each in (size, more, more, points))
    table, ready = np.empty((3, _BLOCKS * BLOCK)), np.empty(_BLOCKS, dtype=bool)
    return Smooth(table, ready, values, firsts, seconds, weights, np.zeros((3, size)))


def _rows(given: Given, room: int) -> Rows:
    """Make room for so many numbers of its other arm."""
    q, nodes = len(given.mean), len(given.hermite.nodes)
    first, last, begin = (np.empty(q + more, dtype=np.intp) for more in (0, 0, 1))
    return Rows(
        top=np.empty(q), first=first, last=last, begin=begin, narrow=np.empty(q, dtype=bool),
        logs=np.empty(room), values=np.empty(room), starts=np.empty((q, nodes), dtype=np.intp),
        stencils=np.empty((q, nodes, len(given.hermite.barycentric))),
    )  # fmt: skip


@cache
def _paired() -> Callable[[Sheet, int, Sought], int]:
    """Give `pair`, compiled, or loaded from numba's cache."""
    version = stamp("consilience.engines.integrated")

    def over(sheet: Sheet, i: int, found: Sought) -> int:
        return pair(sheet, i, found) if version != CACHE_KEY_ONLY else 0

    return kept(over)


@cache
def baselines_drawn() -> Callable[[Given, Array, Drawn], None]:
    """Give `draw_baselines`, compiled, or loaded from numba's cache."""
    version = stamp("consilience.engines.integrated")

    def over(given: Given, heights: Array, found: Drawn) -> None:
        if version != CACHE_KEY_ONLY:
            draw_baselines(given, heights, found)

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


@cache
def carried() -> Callable[[Carried, Array, Array], None]:
    """Give `carry`, compiled, or loaded from numba's cache."""
    version = stamp("consilience.engines.integrated")

    def over(given: Carried, x: Array, found: Array) -> None:
        if version != CACHE_KEY_ONLY:
            carry(given, x, found)

    return kept(over)


@cache
def columns_read() -> Callable[[Columns, tuple[Array, NDArray[np.intp]], Array], None]:
    """Give `read_columns`, compiled, or loaded from numba's cache."""
    version = stamp("consilience.engines.integrated")

    def over(given: Columns, at: tuple[Array, NDArray[np.intp]], found: Array) -> None:
        if version != CACHE_KEY_ONLY:
            read_columns(given, at, found)

    return kept(over)
