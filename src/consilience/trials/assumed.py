"""Cells that rest on an assumption, under each value that it may have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]
type Places = NDArray[np.intp]
type Effects = Callable[[pd.DataFrame, Places], tuple[Floats, Floats]]
"""From rows of a table, and their places in it, to estimates and variances, (rows,)."""

_STACKED = 2**17
"""Rows that are computed at once, so that memory stays bounded."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class Assumed:
    """The rows that rest on a distribution, and their cells at its nodes.

    Parameters
    ----------
    rows : ndarray (a,) of int
        Their places in the table.
    weights : ndarray (m,)
        Probability of each node.
    cells : mapping of str to ndarray (m, a)
        The columns that depend on what was assumed; NaN where a value is impossible.
    """

    rows: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    weights: Floats = field(default_factory=lambda: np.ones(1))
    cells: Mapping[str, Floats] = field(default_factory=dict)

    def keep(self, mask: Mask) -> "Assumed":
        """Return what is left of it where `mask`, of shape (rows of the table,), is true."""
        here = mask[self.rows]
        places = np.cumsum(mask) - 1
        left = {name: values[:, here] for name, values in self.cells.items()}
        return Assumed(places[self.rows[here]], self.weights, left)

    def spread(
        self, table: pd.DataFrame, effects: Effects, *, settled: tuple[Floats, Floats]
    ) -> tuple[Floats, Floats]:
        r"""Return estimates and variances that allow for what was assumed, (a,).

        With the assumption a, :math:`y = E[y(a)]` and
        :math:`v = E[v(a)] + \operatorname{Var}[y(a)]`: multiple imputation with infinitely many
        draws, computed at the nodes. Impossible values are left out and the rest weighs more;
        where more than half is impossible, the answer is NaN. What rows with the same assumption
        share is not kept: their estimates stay uncorrelated.

        Parameters
        ----------
        table : DataFrame
        effects : callable
        settled : tuple of ndarray (rows,)
            Estimates and variances of the table as it stands.

        References
        ----------
        Rubin (1987), Multiple Imputation for Nonresponse in Surveys, eq. 3.1.2-3.1.5.
        doi:10.1002/9780470316696
        """
        y, v = self._effects(table, effects, settled=settled)
        possible = np.isfinite(y) & np.isfinite(v) & (v > 0)
        weights = np.where(possible, self.weights[:, None], 0.0)
        share = weights.sum(axis=0)
        weights = weights / np.where(share > 0.5, share, np.nan)
        y, v = np.where(possible, y, 0.0), np.where(possible, v, 0.0)
        mean = (weights * y).sum(axis=0)
        return mean, (weights * (v + (y - mean) ** 2)).sum(axis=0)

    def scatter(self) -> Mapping[str, Floats]:
        """Return the standard deviation of each cell over the nodes, (a,)."""
        return {name: _sd(values, self.weights) for name, values in self.cells.items()}

    def _effects(
        self, table: pd.DataFrame, effects: Effects, *, settled: tuple[Floats, Floats]
    ) -> tuple[Floats, Floats]:
        """Return estimates and variances at the nodes, (m, a).

        Where a part of the table has the effects that it has within the whole, the nodes are
        stacked; a measure whose zero-cell policy looks at all rows takes the table as a whole.
        """
        apart = effects(table.iloc[self.rows], self.rows)
        pairs = zip(apart, settled, strict=True)
        if all(np.array_equal(x, whole[self.rows], equal_nan=True) for x, whole in pairs):
            at_once = max(_STACKED // len(self.rows), 1)
            starts = range(0, len(self.weights), at_once)
            found = [self._stacked(table, effects, slice(at, at + at_once)) for at in starts]
            y, v = (np.concatenate([each[i] for each in found]) for i in (0, 1))
            return y, v
        places = np.arange(len(table))
        each = [effects(self._at(table, node), places) for node in range(len(self.weights))]
        return np.stack([y[self.rows] for y, _ in each]), np.stack([v[self.rows] for _, v in each])

    def _stacked(
        self, table: pd.DataFrame, effects: Effects, nodes: slice
    ) -> tuple[Floats, Floats]:
        shape = (len(self.weights[nodes]), len(self.rows))
        places = np.tile(self.rows, shape[0])
        columns = {name: values[nodes].ravel() for name, values in self.cells.items()}
        y, v = effects(table.iloc[places].reset_index(drop=True).assign(**columns), places)
        return y.reshape(shape), v.reshape(shape)

    def _at(self, table: pd.DataFrame, node: int) -> pd.DataFrame:
        columns = {}
        for name, values in self.cells.items():
            columns[name] = table[name].to_numpy(dtype=float, na_value=np.nan, copy=True)
            columns[name][self.rows] = values[node]
        return table.assign(**columns)


def _sd(values: Floats, weights: Floats) -> Floats:
    """Give the weighted SD over the versions, (rows,), of those in which a cell has a value."""
    shares = np.where(np.isfinite(values), weights[:, None], 0.0)
    known = shares.sum(axis=0)
    shares = shares / np.where(known > 0, known, np.nan)
    numbers = np.nan_to_num(values)
    mean = (shares * numbers).sum(axis=0)
    return np.sqrt((shares * (numbers - mean) ** 2).sum(axis=0))
