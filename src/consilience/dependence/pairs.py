"""Pairs of rows that agree in something, without looking at all pairs of a table."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.errors import DataError

type Positions = NDArray[np.intp]
type Codes = NDArray[np.intp]

LIMIT = 20_000_000
"""Pairs that are still looked at: those of one cluster of 6 000 estimates."""


class Pairs(NamedTuple):
    """Pairs of rows, the first before the second, (pairs,) each."""

    first: Positions
    second: Positions

    def where(self, mask: NDArray[np.bool_]) -> "Pairs":
        """Return the pairs where `mask`, (pairs,), is true."""
        return Pairs(self.first[mask], self.second[mask])


def coded(columns: Sequence[pd.Series]) -> Codes:
    """Give rows numbers by their cells in several columns: −1 where one is empty."""
    whole = np.zeros(len(columns[0]), dtype=np.intp)
    empty = np.zeros(len(columns[0]), dtype=bool)
    for column in columns:
        codes, found = pd.factorize(column)
        empty |= codes < 0
        whole = pd.factorize(whole * (len(found) + 1) + codes)[0]
    return np.where(empty, -1, whole)


def within(codes: Codes, *, what: str) -> Pairs:
    """Return every pair of rows with the same number, rows numbered −1 left out.

    Parameters
    ----------
    codes : ndarray (rows,) of int
    what : str
        What the numbers stand for, for the message.

    Raises
    ------
    DataError
        For more pairs than can be held.
    """
    order = np.argsort(codes, kind="stable")
    order = order[codes[order] >= 0]
    _, starts, sizes = np.unique(codes[order], return_index=True, return_counts=True)
    _bounded(sizes, what)
    found = [_of_size(order, starts[sizes == m], int(m)) for m in np.unique(sizes[sizes > 1])]
    if not found:
        return Pairs(np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp))
    first, second = (np.concatenate(each) for each in zip(*found, strict=True))
    return Pairs(first, second)


def _of_size(order: Positions, starts: Positions, m: int) -> tuple[Positions, Positions]:
    one, two = np.triu_indices(m, 1)
    return order[(starts[:, None] + one).ravel()], order[(starts[:, None] + two).ravel()]


def _bounded(sizes: NDArray[np.int64], what: str) -> None:
    """Refuse clusters with more pairs than can be kept."""
    asked = int((sizes * (sizes - 1) // 2).sum())
    if asked > LIMIT:
        raise DataError(
            f"{what}: {asked} pairs of estimates would be correlated, the largest cluster holds "
            f"{int(sizes.max())}. Name a column with smaller clusters."
        )
