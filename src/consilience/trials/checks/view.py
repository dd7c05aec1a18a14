"""A trial table as the checks read it: absent columns are empty, numbers keep their decimals."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from consilience.trials.rows import row_names

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class View:
    """A checked trial table, k rows.

    Parameters
    ----------
    table : DataFrame
        With the column `study`.
    """

    table: pd.DataFrame

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.table)

    @cached_property
    def names(self) -> list[str]:
        """What a message calls each row."""
        return row_names(self.table["study"].astype("str")).tolist()

    def numbers(self, column: str) -> Floats:
        """Return a column as floats (k,): NaN where it is absent, empty or no finite number."""
        if column not in self.table:
            return np.full(len(self), np.nan)
        cells = self.table[column]
        if not is_numeric_dtype(cells) or is_bool_dtype(cells):
            return np.full(len(self), np.nan)
        values = cells.to_numpy(dtype=float, na_value=np.nan)
        return np.where(np.isfinite(values), values, np.nan)

    def texts(self, column: str) -> list[str]:
        """Return a column as texts, empty where it is absent or missing."""
        if column not in self._texts:
            self._texts[column] = self._read(column)
        return self._texts[column]

    @cached_property
    def _texts(self) -> dict[str, list[str]]:
        return {}

    def _lowered(self, column: str) -> list[str]:
        if column not in self._small:
            self._small[column] = [text.lower() for text in self.texts(column)]
        return self._small[column]

    @cached_property
    def _small(self) -> dict[str, list[str]]:
        return {}

    def _read(self, column: str) -> list[str]:
        if column not in self.table:
            return [""] * len(self)
        cells = self.table[column]
        if isinstance(cells.dtype, pd.StringDtype):
            return cells.fillna("").str.strip().tolist()
        pairs = zip(cells.tolist(), cells.isna().tolist(), strict=True)
        return ["" if empty else str(cell).strip() for cell, empty in pairs]

    def shown(self, row: int, column: str) -> str:
        """Return a cell as it is shown in a message."""
        if column not in self.table:
            return ""
        cell = self.table[column].iloc[row]
        if pd.isna(cell):
            return ""
        return f"{cell:.15g}" if isinstance(cell, float) else str(cell)

    def groups(self, *columns: str) -> dict[tuple[Hashable, ...], list[int]]:
        """Return the rows that agree in these columns, as texts in small letters."""
        cells = [self._lowered(column) for column in columns]
        found: dict[tuple[Hashable, ...], list[int]] = {}
        for row, key in enumerate(zip(*cells, strict=True)):
            found.setdefault(key, []).append(row)
        return found

    @property
    def numeric(self) -> Sequence[str]:
        """Names of the columns of numbers."""
        kinds = self.table.dtypes.items()
        return [
            str(name) for name, kind in kinds if is_numeric_dtype(kind) and not is_bool_dtype(kind)
        ]


def decimals(values: Floats) -> NDArray[np.int64]:
    """Return how many decimals numbers were typed with, at least (final zeros are lost), (k,).

    At most 8 are told; NaN has none.
    """
    found = np.full(np.shape(values), 8)
    for places in range(7, -1, -1):
        scaled = np.asarray(values) * 10.0**places
        with np.errstate(invalid="ignore"):
            fits = np.abs(scaled - np.round(scaled)) <= 1e-9 * np.maximum(1, np.abs(scaled))
        found = np.where(fits | np.isnan(scaled), places, found)
    return found


def half_units(values: Floats) -> Floats:
    """Return half a unit in the last typed decimal: how far rounding may have moved numbers."""
    return 0.5 * 10.0 ** -decimals(values).astype(float)
