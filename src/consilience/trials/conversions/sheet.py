"""A trial table as the rules read it: a column that is not there is a column of empty cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype

from consilience.errors import DataError, Problem
from consilience.trials.directions import COLUMN, SIGNS
from consilience.trials.rounding import half_units
from consilience.trials.rows import row_names

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]
type Cells = Mapping[str, Floats | str]

NAMING = ("estimate", "trial", "study")


@final
@dataclass(frozen=True, slots=True)
class Sheet:
    """A trial table whose absent columns are empty."""

    table: pd.DataFrame

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.table)

    def numbers(self, name: str) -> Floats:
        """Return a column as floats, (rows,): NaN where a cell is empty, and in a column of words.

        A column `g` or `r` of words is somebody's own (a group, a region), not a printed g or r.
        """
        if name not in self.table or _worded(self.table[name]):
            return np.full(len(self.table), np.nan)
        return self.table[name].to_numpy(dtype=float, na_value=np.nan)

    def columns(self, *names: str) -> tuple[Floats, ...]:
        """Return several columns as floats."""
        return tuple(self.numbers(name) for name in names)

    def texts(self, name: str) -> NDArray[np.object_]:
        """Return a column as text, empty where a cell is, (rows,)."""
        if name not in self.table:
            return np.full(len(self.table), "", dtype=object)
        column = self.table[name]
        return column.astype(object).where(column.notna(), "").to_numpy(dtype=object)

    def empty(self, name: str) -> Mask:
        """Say where a column has no value, (rows,)."""
        if name not in self.table:
            return np.ones(len(self.table), dtype=bool)
        return np.asarray(self.table[name].array.isna(), dtype=bool)

    def sign(self) -> Floats:
        """Return the sign of intervention minus comparator, (rows,); NaN where nothing tells.

        It is that of `md`, else of `mean1` − `mean2`, `d`, `g`, `t_stat`; else the column `favours`
        (intervention or comparator) tells it together with `higher_is_better`.
        """
        mean1, mean2 = self.columns("mean1", "mean2")
        sign = np.full(len(self), np.nan)
        for clue in (self.numbers("md"), mean1 - mean2, *self.columns("d", "g", "t_stat")):
            sign = np.where(np.isnan(sign) & (clue != 0), np.sign(clue), sign)
        return np.where(np.isnan(sign), self._favoured(), sign)

    def agreeing(self, effect: Floats) -> Floats:
        """Return a printed effect, NaN where the printed difference points the opposite way.

        Means that may be equal but for rounding point nowhere.
        """
        mean1, mean2, md = self.columns("mean1", "mean2", "md")
        by_means = self.from_means()
        opposed = effect * np.where(by_means, mean1 - mean2, md) < 0
        rows = np.flatnonzero(opposed & by_means)
        first, second = mean1[rows], mean2[rows]
        opposed[rows] = np.abs(first - second) >= half_units(first) + half_units(second)
        return np.where(opposed, np.nan, effect)

    def from_means(self) -> Mask:
        """Say where the difference is that of the means, or is not given at all, (rows,)."""
        mean1, mean2, md = self.columns("mean1", "mean2", "md")
        return np.isnan(md) | (md == mean1 - mean2)

    def named(self, rows: Sequence[str], *, rule: str) -> Mask:
        """Say which rows have one of these names as `estimate`, `trial` or `study`, (rows,).

        Raises
        ------
        DataError
            For a name that no row has.
        """
        labels = [self.texts(name) for name in NAMING if name in self.table]
        labels.append(row_names(self.table["study"]).to_numpy(dtype=object))
        hits = [np.logical_or.reduce([known == name for known in labels]) for name in rows]
        remedy = "Name its estimate, trial or study as the table does."
        unknown = [
            Problem(f"{rule}: no row has this name", remedy, name)
            for name, hit in zip(rows, hits, strict=True)
            if not hit.any()
        ]
        if unknown:
            raise DataError(unknown)
        return np.logical_or.reduce(hits) if hits else np.zeros(len(self), dtype=bool)

    def _favoured(self) -> Floats:
        """Say whom a result favours: +1 or −1 on the scale's own direction, NaN if unknown."""
        sides = {"intervention": 1.0, "comparator": -1.0}
        if "favours" not in self.table or COLUMN not in self.table:
            return np.full(len(self), np.nan)
        side = np.array([sides.get(str(word).lower(), np.nan) for word in self.texts("favours")])
        turn = np.array([SIGNS.get(str(word).lower(), np.nan) for word in self.texts(COLUMN)])
        return side * turn


def written(table: pd.DataFrame, cells: Cells, *, where: Mask) -> pd.DataFrame:
    """Return the table with these cells written into the rows where `where` is true.

    Numbers are not written into a column of words.
    """
    if not where.any():
        return table
    sheet = Sheet(table)
    columns: dict[str, pd.Series] = {}
    for name, values in cells.items():
        if isinstance(values, str):
            filled = np.where(where, values, sheet.texts(name))
            columns[name] = pd.Series([cell or None for cell in filled], table.index, dtype="str")
        elif name not in table or not _worded(table[name]):
            columns[name] = pd.Series(np.where(where, values, sheet.numbers(name)), table.index)
    return table.assign(**columns)


def _worded(column: pd.Series) -> bool:
    return not is_numeric_dtype(column) and bool(column.notna().any())
