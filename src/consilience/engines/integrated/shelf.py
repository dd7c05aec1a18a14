"""Tables of curves at values of ω: made side by side, and kept as long as there is room."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from consilience.engines.integrated.table import Tabled, tabulate
from consilience.gaussian import Array
from consilience.likelihoods.curves import ORDER, Curves

_COLUMNS = 640
_ROOM = 30_000_000  # numbers: 240 MB


def tables_at(omega: Array, curves: Curves, shelf: dict[bytes, Tabled]) -> list[Tabled]:
    """Give the tables at values of ω (a, parts), those side by side that are not there yet.

    Where there is no room the oldest others are forgotten.

    Parameters
    ----------
    omega : array (a, parts)
        No two alike.
    curves : Curves
        What is tabulated.
    shelf : dict of bytes to Tabled
        What there is by its ω; new ones are put there.
    """
    keys = [row.tobytes() for row in omega]
    found = {key: shelf[key] for key in keys if key in shelf}
    new = omega[[key not in found for key in keys]]
    beside = max(_COLUMNS // len(curves.centre), 1)
    for some in np.array_split(new, -(-len(new) // beside)) if len(new) else ():
        found.update(_tabulated(some, curves))
    shelf.update(found)
    for key in [key for key in shelf if key not in found]:
        if sum(each.size for each in shelf.values()) > _ROOM:
            del shelf[key]
    return [found[key] for key in keys]


def _tabulated(omega: Array, curves: Curves) -> Iterator[tuple[bytes, Tabled]]:
    """Tabulate side by side; with more nodes inside at the first and the last ω only.

    Each curve is checked between the nodes of its table; that its inner integrals are exact is
    what the curves see to themselves, and what these two are a sample of.
    """
    a, k = len(omega), len(curves.centre)
    names = [hyper.name for hyper in curves.hypers]
    sampled = np.unique([0, a - 1])

    def some(theta: Array, at: NDArray[np.intp], order: int) -> Array:
        """Give the curves at some values of ω, (n, values, k)."""
        tiled = np.tile(omega[at], (len(theta), 1)).T
        point = dict(zip(names, tiled, strict=True))
        found = curves.log(theta[:, at].reshape(-1, k), point, order=order)
        return found.reshape(len(theta), -1, k)

    def log(theta: Array, order: int) -> Array:
        """Let the trials at one value of ω follow those at the one before."""
        beside = theta.reshape(-1, a, k)
        found = some(beside, np.arange(a), ORDER)
        if order != ORDER:
            found[:, sampled] = some(beside, sampled, order)
        return found.reshape(theta.shape)

    spread = curves.spread(dict(zip(names, omega.T, strict=True)))
    width = np.broadcast_to(spread, (a, k)).ravel()
    whole = tabulate(log, np.tile(curves.centre, a), width)
    for place, row in enumerate(omega):
        yield row.tobytes(), whole.some(slice(place * k, (place + 1) * k))
