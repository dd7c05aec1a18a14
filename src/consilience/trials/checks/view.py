"""A trial table as the checks read it: absent columns are empty, numbers keep their decimals."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

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

    @cached_property
    def _cells(self) -> dict[str, list[object]]:
        return {}

    @cached_property
    def _words(self) -> dict[str, NDArray[np.intp]]:
        return {}

    def _read(self, column: str) -> list[str]:
        """Give a column's texts, trimmed; empty where a cell or the column is missing."""
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
        if column not in self._cells:
            cells = self.table[column]
            self._cells[column] = cells.astype(object).where(cells.notna(), "").tolist()
        cell = self._cells[column][row]
        return f"{cell:.15g}" if isinstance(cell, float) else str(cell)

    def codes(self, *columns: str) -> NDArray[np.intp]:
        """Return numbers that are equal where rows agree in these columns, (k,).

        Columns count as texts in small letters, absent ones as empty.
        """
        whole = np.zeros(len(self), dtype=np.intp)
        for column in columns:
            if column in self.table:
                words = self._coded(column)
                whole = pd.factorize(whole * (words.max(initial=0) + 1) + words)[0]
        return whole

    def groups(self, *columns: str, least: int = 1) -> list[list[int]]:
        """Return the rows that agree in these columns, group by group, as they come.

        Parameters
        ----------
        *columns : str
            As for `codes`.
        least : int
            Smaller groups are left out.
        """
        codes = self.codes(*columns)
        rows = np.flatnonzero(np.bincount(codes)[codes] >= least) if len(codes) else codes
        ordered = rows[np.argsort(codes[rows], kind="stable")].tolist()
        ends = [0, *(np.flatnonzero(np.diff(codes[ordered])) + 1).tolist(), len(ordered)]
        return [ordered[start:end] for start, end in pairwise(ends) if end > start]

    def _coded(self, column: str) -> NDArray[np.intp]:
        """Give each word of a column its number, whatever its case; a missing cell is empty."""
        if column not in self._words:
            codes, kinds = pd.factorize(self.table[column])
            words = [*(str(kind).strip().lower() for kind in kinds.tolist()), ""]
            # A missing cell has the code -1, which picks the empty word at the end.
            self._words[column] = pd.factorize(np.array(words, dtype=object))[0][codes]
        return self._words[column]

    @property
    def numeric(self) -> Sequence[str]:
        """Names of the columns of numbers."""
        kinds = self.table.dtypes.items()
        return [
            str(name) for name, kind in kinds if is_numeric_dtype(kind) and not is_bool_dtype(kind)
        ]
