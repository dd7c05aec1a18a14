"""From a frame of estimates to data sets one behind the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import (
    is_float_dtype,
    is_integer_dtype,
    is_object_dtype,
    is_string_dtype,
)

from consilience.engines.batched.sets import DataSets
from consilience.errors import DataError, Problem
from consilience.gaussian import Array

_MOST_PROBLEMS = 20
_KINDS = {"yi": "finite number", "vi": "finite number above zero"}


def gather(frame: pd.DataFrame, by: str) -> tuple[DataSets, pd.Index]:
    """Bring the rows of each data set together, in the order in which the sets appear.

    Parameters
    ----------
    frame : DataFrame
        One row per estimate, with `yi` and `vi`.
    by : str
        The column that says to which data set a row belongs.

    Raises
    ------
    DataError
        For missing columns, rows that belong nowhere, data sets without rows, and values that are
        no finite numbers, or not above zero in `vi`: all of them at once, up to twenty.
    """
    _refuse_columns(frame, by)
    codes, names = _sets(frame[by])
    y, v = _numbers(frame["yi"]), _numbers(frame["vi"])
    rows = _Rows(frame, by)
    wrong = {"yi": ~np.isfinite(y), "vi": ~(np.isfinite(v) & (v > 0.0))}
    problems = chain(_unused(frame[by]), rows.nameless(codes), rows.wrong(wrong))
    found = tuple(islice(problems, _MOST_PROBLEMS))
    if found:
        raise DataError(found)
    starts = np.concatenate(([0], np.cumsum(np.bincount(codes))))
    if np.any(np.diff(codes) < 0):
        order = np.argsort(codes, kind="stable")
        y, v = y[order], v[order]
    return DataSets(y, v, starts), pd.Index(names, name=by)


def _sets(column: pd.Series) -> tuple[NDArray[np.intp], pd.Index | NDArray]:
    """Give each row's data set a number, in the order in which they appear.

    Whole numbers in order need no table of what was seen.
    """
    values = column.to_numpy()
    if not isinstance(column.dtype, np.dtype) or values.dtype.kind not in "iu":
        return pd.factorize(column)
    if not (values[1:] >= values[:-1]).all():
        return pd.factorize(column)
    new = np.empty(len(values), dtype=bool)
    new[0] = True
    np.not_equal(values[1:], values[:-1], out=new[1:])
    return np.cumsum(new) - 1, pd.Index(values[new])


def _refuse_columns(frame: pd.DataFrame, by: str) -> None:
    """Refuse a frame in which `by`, yi and vi are not three columns, once each, with rows."""
    if not isinstance(frame, pd.DataFrame):
        raise DataError(
            f"A DataFrame with columns yi and vi is needed, not {type(frame).__name__}."
        )
    if not isinstance(by, str):
        raise DataError(f"by is the name of one column, not {by!r}.")
    columns = list(frame.columns)
    remedy = f"Choose from the columns {', '.join(map(str, columns))}, or rename one."
    found = [
        Problem(f"{count} columns have this name; exactly one must", remedy, column=str(name))
        for name in (by, "yi", "vi")
        if (count := columns.count(name)) != 1
    ]
    if by in {"yi", "vi"}:
        found.append(Problem("It cannot say which data set a row belongs to", remedy, column=by))
    if found:
        raise DataError(found)
    if frame.empty:
        raise DataError("The frame has no rows. Give at least one estimate.")


def _numbers(column: pd.Series) -> Array:
    """Read a column as numbers; nan where there is none."""
    text = is_object_dtype(column) or is_string_dtype(column)
    real = is_integer_dtype(column) or is_float_dtype(column)
    if not (text or real):
        return np.full(len(column), np.nan)
    read = pd.to_numeric(column, errors="coerce")
    return np.array(read.to_numpy(dtype=float, na_value=np.nan))


def _unused(column: pd.Series) -> Iterator[Problem]:
    """Find data sets that a categorical column knows and no row belongs to."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return
    used = column.cat.remove_unused_categories().cat.categories
    for name in column.dtype.categories.difference(used):
        what = "This data set has no rows"
        remedy = f"Leave it out: frame[{column.name!r}].cat.remove_unused_categories()."
        yield Problem(what, remedy, str(name), str(column.name))


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a frame, for naming the faulty ones."""

    frame: pd.DataFrame
    by: str

    def nameless(self, codes: NDArray[np.int64]) -> Iterator[Problem]:
        """Find rows that belong to no data set."""
        for row in np.flatnonzero(codes < 0):
            what = f"Row {self.frame.index[int(row)]} belongs to no data set"
            yield Problem(what, "Name its data set, or leave the row out.", column=self.by)

    def wrong(self, columns: Mapping[str, NDArray[np.bool_]]) -> Iterator[Problem]:
        """Find values that cannot be right."""
        remedy = "Look it up in the source, or leave the row out."
        for column, wrong in columns.items():
            for row in np.flatnonzero(wrong):
                value, study = (str(self.frame[name].iloc[row]) for name in (column, self.by))
                what = f"Row {self.frame.index[int(row)]} holds no {_KINDS[column]}"
                yield Problem(what, remedy, study, column, value)
