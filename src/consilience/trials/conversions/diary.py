"""The log of one rule: what it changed, cell by cell, from what and by which equation."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import fields
from itertools import repeat

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype

from consilience.trials.conversions.base import Filling, Ready, Rule
from consilience.trials.conversions.sheet import Mask, Sheet
from consilience.trials.table import Conversion

type Texts = NDArray[np.object_]


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
    held = {name: _changed(before, after, name) for name in names if name in after}
    origins: dict[tuple[tuple[str, ...], bytes], list[str]] = {}
    lines: list[Conversion] = []
    for name, changed in held.items():
        if changed.any():
            key = (rule.origins(name), changed.tobytes())
            if key not in origins:  # the columns of one effect come from the same cells
                origins[key] = _given(before, key[0], changed)
            was, now = _shown(before, name, changed), _shown(after, name, changed)
            cells = (rows[changed], repeat(name), was, now, repeat(rule.label))
            lines += _lines(*cells, origins[key], repeat(rule.source), count=len(was))
    return tuple(lines)


def _lines(*cells: Iterable[str], count: int) -> list[Conversion]:
    """Build many lines at once; a frozen class builds one line at a time, six times as slowly."""
    made = list(map(object.__new__, repeat(Conversion, count)))
    for slot, values in zip(fields(Conversion), cells, strict=True):
        deque(map(getattr(Conversion, slot.name).__set__, made, values), maxlen=0)
    return made


def _rows(before: pd.DataFrame, after: pd.DataFrame, rule: Rule) -> Conversion:
    names = ", ".join(getattr(rule, "rows", ()))
    was, now = f"{len(before)} rows", f"{len(after)} rows"
    return Conversion(names, "", was, now, rule.label, "", rule.source)


def _changed(before: pd.DataFrame, after: pd.DataFrame, name: str) -> Mask:
    if name not in before:
        return after[name].notna().to_numpy(dtype=bool)
    old, new = before[name], after[name]
    same = (old == new).to_numpy(dtype=bool, na_value=False)
    return ~(same | (old.isna() & new.isna()).to_numpy(dtype=bool))


def _shown(table: pd.DataFrame, name: str, rows: Mask, *, called: str = "") -> Texts:
    """Return the cells of some rows as text after what they are called, empty where they are."""
    if name not in table:
        return np.full(int(rows.sum()), "", dtype=object)
    column = table[name]
    if not is_numeric_dtype(column):
        words = Sheet(table[[name]][rows]).texts(name)
        return np.array([f"{called}{word}" if word else "" for word in words], dtype=object)
    values, at = np.unique(Sheet(table).numbers(name)[rows], return_inverse=True)
    texts = ["" if x != x else f"{called}{x:.10g}" for x in values.tolist()]  # noqa: PLR0124
    return np.array(texts, dtype=object)[at]


def _given(table: pd.DataFrame, names: Sequence[str], rows: Mask) -> list[str]:
    """Say, of each changed row, what the cells held that the rule read."""
    held = [name for name in dict.fromkeys(names) if name in table]
    columns = [_shown(table, name, rows, called=f"{name} = ") for name in held]
    filled = [column.tolist() for column in columns if column.any()]
    if not filled:
        return [""] * int(rows.sum())
    return [", ".join(filter(None, cells)) for cells in zip(*filled, strict=True)]
