"""Columns of labels, read as whole numbers."""

from dataclasses import dataclass
from typing import final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.design.columns import as_labels, is_factor, refuse_rows
from consilience.effects import Effects

type Codes = NDArray[np.intp]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """To which level each estimate belongs.

    Parameters
    ----------
    codes : ndarray of int, shape (k,)
        Position among the levels.
    levels : tuple of str
        In the order of their numbers, or of the alphabet for text; those of paths as they come.
    """

    codes: Codes
    levels: tuple[str, ...]

    @property
    def counts(self) -> Codes:
        """How many estimates each level holds."""
        return np.bincount(self.codes, minlength=len(self.levels))


ALONE = ("all",)
"""The one level to which all belong."""


def everything(k: int) -> Grouping:
    """Put all estimates into one level."""
    return Grouping(np.zeros(k, dtype=np.intp), ALONE)


def read(effects: Effects, column: str) -> Grouping:
    """Read a column of the table; ``estimate`` is always there, by the labels of the rows.

    Raises
    ------
    ModelError
        For an unknown column; the known ones are listed.
    DataError
        For missing labels, listing the studies.
    """
    table = effects.table
    if column == "estimate" and column not in table:
        return Grouping(np.arange(effects.k), effects.labels)
    labels = as_labels(table, column)
    codes, found = pd.factorize(np.array(labels, dtype=object))
    text = is_factor(table[column].dtype)
    order = sorted(
        range(len(found)),
        key=lambda at: (0.0, str(found[at]).casefold()) if text else (float(found[at]), ""),
    )
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    return Grouping(rank[codes], tuple(str(found[at]) for at in order))


def path(effects: Effects, columns: tuple[str, ...]) -> Grouping:
    """Read levels within levels: one for each combination of the columns.

    Raises
    ------
    ModelError, DataError
        As `read`.
    """
    first = read(effects, columns[0])
    codes, levels = first.codes, np.array(first.levels, dtype=object)
    for column in columns[1:]:
        inner = read(effects, column)
        joint, pairs = pd.factorize(codes * len(inner.levels) + inner.codes)
        outside, inside = np.divmod(pairs, len(inner.levels))
        names = zip(levels[outside], (inner.levels[at] for at in inside), strict=True)
        levels = np.array([f"{a}/{b}" for a, b in names], dtype=object)
        codes = joint
    return Grouping(np.asarray(codes, dtype=np.intp), tuple(levels))


def numbers(effects: Effects, column: str) -> tuple[Grouping, NDArray[np.float64]]:
    """Read a column of numbers, such as times: the levels, and the value of each.

    Raises
    ------
    ModelError
        For an unknown column.
    DataError
        For values that are no finite numbers, listing the studies.
    """
    grouping = read(effects, column)
    values = pd.to_numeric(pd.Series(grouping.levels), errors="coerce").to_numpy(dtype=float)
    bad = ~np.isfinite(values)[grouping.codes]
    refuse_rows(effects.table, bad, column=column, rule="Times and places are finite numbers")
    order = np.argsort(values)
    rank = np.argsort(order)
    levels = tuple(grouping.levels[at] for at in order)
    return Grouping(rank[grouping.codes], levels), values[order]
