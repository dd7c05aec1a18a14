"""Data sets one behind the other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consilience.gaussian import Array


@dataclass(frozen=True, slots=True, eq=False)
class DataSets:
    """The estimates of many data sets in two long columns.

    Parameters
    ----------
    y, v : array (rows,)
        Estimates and their sampling variances.
    starts : array of int (sets + 1,)
        The row with which each set begins, and the number of rows; no set is empty.
    """

    y: Array
    v: Array
    starts: NDArray[np.int64]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Number of estimates in each set."""
        return np.diff(self.starts)

    def part(self, begin: int, end: int) -> "DataSets":
        """Give the sets from `begin` up to but without `end`."""
        starts = self.starts[begin : end + 1]
        rows = slice(starts[0], starts[-1])
        return DataSets(self.y[rows], self.v[rows], starts - starts[0])
