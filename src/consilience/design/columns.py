"""How one column of a table enters a formula: as a number, or as a factor with levels."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionDtype

from consilience.errors import DataError, ModelError, Problem

type Dtype = np.dtype[Any] | ExtensionDtype

_FINITE = "A moderator must be a finite number"
_KNOWN = "A moderator must be known for every trial"


@dataclass(frozen=True, slots=True)
class Number:
    """A column of finite numbers."""

    name: str

    def read(self, table: pd.DataFrame) -> NDArray[np.float64]:
        """Read the column as floats.

        Raises
        ------
        DataError
            For missing, infinite or non-numeric values, listing the studies.
        ModelError
            If there is no such column.
        """
        series = _present(table, self.name)
        values = pd.to_numeric(series, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        refuse_rows(table, ~np.isfinite(values), column=self.name, rule=_FINITE)
        return values


@dataclass(frozen=True, slots=True)
class Factor:
    """A column of labels; the first level is the reference."""

    name: str
    levels: tuple[str, ...]

    def read(self, table: pd.DataFrame) -> "pd.Categorical[str]":
        """Read the column as positions ``"0"``, ``"1"``, … in the levels.

        Raises
        ------
        DataError
            For missing labels, listing the studies.
        ModelError
            For a label that is not among the levels.
        """
        labels = as_labels(table, self.name)
        unseen = [label for label in dict.fromkeys(labels) if label not in self.levels]
        if unseen:
            message = (
                f"{self.name!r} has no level {', '.join(map(repr, unseen))} among the trials that "
                f"were analysed; known levels: {', '.join(map(repr, self.levels))}. Nothing is "
                "known about a level that no trial had: choose a known one, or model the column "
                "as exchangeable."
            )
            raise ModelError(message)
        place = {label: position for position, label in enumerate(self.levels)}
        codes = np.fromiter((place[label] for label in labels), dtype=np.intp, count=len(labels))
        return pd.Categorical.from_codes(codes, pd.Index([str(i) for i in range(len(self.levels))]))


def factor(table: pd.DataFrame, name: str) -> Factor:
    """Read the levels of a column: numbers in their order, text in case-insensitive order.

    Raises
    ------
    ModelError
        If there is but one level, for then nothing can be compared.
    """
    labels = as_labels(table, name)
    levels = tuple(sorted(set(labels), key=_order(table[name])))
    if len(levels) < 2:
        message = (
            f"The moderator {name!r} has one level only, {', '.join(map(repr, levels))}, in these "
            f"{len(table)} rows; its effect cannot be told from the mean. Leave it out."
        )
        raise ModelError(message)
    return Factor(name, levels)


def is_factor(kind: Dtype) -> bool:
    """Say whether a column of this kind counts as labels: text, categories and true/false do."""
    return bool(pd.api.types.is_bool_dtype(kind) or not pd.api.types.is_numeric_dtype(kind))


def as_labels(table: pd.DataFrame, name: str) -> list[str]:
    """Read a column as text, whole numbers without their decimal point.

    Raises
    ------
    DataError
        For missing and empty labels, listing the studies.
    ModelError
        If there is no such column.
    """
    series = _present(table, name)
    missing = [_is_missing(value) for value in series]
    refuse_rows(table, np.array(missing, dtype=bool), column=name, rule=_KNOWN)
    return [_label(value) for value in series]


def column_of(table: pd.DataFrame, name: object) -> pd.Series:
    """Give a column of the trials' table.

    Raises
    ------
    ModelError
        If there is none of this name; the known ones are listed.
    """
    if name not in table.columns:
        known = ", ".join(map(str, table.columns))
        raise ModelError(f"There is no column {name!r} among the trials. Columns: {known}.")
    return table[name]


def refuse_rows(table: pd.DataFrame, bad: NDArray[np.bool_], *, column: str, rule: str) -> None:
    """Raise a DataError that names the study of every bad row."""
    if not bad.any():
        return
    rows = np.flatnonzero(bad)
    studies = (table["study"] if "study" in table else table.index.to_series()).to_numpy()
    values = table[column].to_numpy() if column in table else np.full(len(table), "")
    remedy = "Complete the cell, leave the trial out by effects.without(…), or drop the moderator."
    raise DataError([Problem(rule, remedy, str(studies[i]), column, str(values[i])) for i in rows])


def _present(table: pd.DataFrame, name: str) -> pd.Series:
    if name not in table:
        known = ", ".join(map(str, table.columns))
        message = f"The table has no column {name!r}; it has {known}. Add it to every row."
        raise ModelError(message)
    return table[name]


def _order(series: pd.Series) -> Callable[[str], Any]:
    if is_factor(series.dtype):
        return lambda label: (label.casefold(), label)
    return float


def _is_missing(value: object) -> bool:
    return not value.strip() if isinstance(value, str) else bool(pd.isna(np.array([value]))[0])


def _label(value: object) -> str:
    whole = isinstance(value, float | np.floating) and float(value).is_integer()
    return f"{value:.0f}" if whole else str(value)
