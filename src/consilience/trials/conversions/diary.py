"""The log of one rule: what it changed, cell by cell, from what and by which equation."""

from collections.abc import Iterator
from math import isnan

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype

from consilience.trials.conversions.base import Filling, Ready, Rule
from consilience.trials.conversions.sheet import Mask, Sheet
from consilience.trials.table import Conversion


def changes(
    before: pd.DataFrame, after: pd.DataFrame, *, rule: Rule, rows: NDArray[np.object_]
) -> tuple[Conversion, ...]:
    """Return one line for each cell that the rule changed, or one if it took rows away.

    Parameters
    ----------
    before, after : DataFrame
    rule : Rule
    rows : ndarray (rows,) of str
        How the log names the rows.
    """
    if len(before) != len(after):
        return (_rows(before, after, rule),)
    names = rule.gives if isinstance(rule, Filling | Ready) else tuple(map(str, after))
    held = (name for name in names if name in after)
    return tuple(
        line for name in held for line in _column(before, after, rule=rule, cells=(name, rows))
    )


def _rows(before: pd.DataFrame, after: pd.DataFrame, rule: Rule) -> Conversion:
    names = ", ".join(getattr(rule, "rows", ()))
    was, now = f"{len(before)} rows", f"{len(after)} rows"
    return Conversion(names, "", was, now, rule.label, "", rule.source)


def _column(
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    rule: Rule,
    cells: tuple[str, NDArray[np.object_]],
) -> Iterator[Conversion]:
    name, rows = cells
    changed = _changed(before, after, name)
    if not changed.any():
        return
    was, now = _shown(before, name, changed), _shown(after, name, changed)
    given = _given(before, rule.origins(name), changed)
    label, source = rule.label, rule.source
    for study, old, new, origin in zip(rows[changed], was, now, given, strict=True):
        yield Conversion(study, name, old, new, label, origin, source)


def _changed(before: pd.DataFrame, after: pd.DataFrame, name: str) -> Mask:
    if name not in before:
        return after[name].notna().to_numpy(dtype=bool)
    old, new = before[name], after[name]
    same = (old == new).to_numpy(dtype=bool, na_value=False)
    return ~(same | (old.isna() & new.isna()).to_numpy(dtype=bool))


def _shown(table: pd.DataFrame, name: str, rows: Mask) -> list[str]:
    if name not in table:
        return [""] * int(rows.sum())
    column = table[name]
    if is_numeric_dtype(column):
        cells = Sheet(table).numbers(name)[rows].tolist()
        return ["" if isnan(cell) else f"{cell:.10g}" for cell in cells]
    return ["" if cell is None or cell != cell else str(cell) for cell in column[rows]]  # noqa: PLR0124


def _given(table: pd.DataFrame, names: tuple[str, ...], rows: Mask) -> list[str]:
    sheet = Sheet(table[list(dict.fromkeys(n for n in names if n in table))])
    columns = [_named(sheet.table, str(name), rows) for name in sheet.table]
    return [", ".join(filter(None, cells)) for cells in zip(*columns, strict=True)] or (
        [""] * int(rows.sum())
    )


def _named(table: pd.DataFrame, name: str, rows: Mask) -> list[str]:
    return [f"{name} = {cell}" if cell else "" for cell in _shown(table, name, rows)]
