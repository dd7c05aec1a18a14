"""Whole counts off a checked table."""

import numpy as np
import pandas as pd

from consilience.classical.glmm.arms import Arm, Binomial, Poisson
from consilience.classical.wls import Floats
from consilience.effects import Effects
from consilience.errors import DataError, Problem
from consilience.trials.directions import signs

_PAIRS = (("events1", "events2"), ("n1", "n2"), ("person_time1", "person_time2"))
_TIMES = ("person_time", "person_time1", "person_time2")


def numbers(table: pd.DataFrame, *names: str) -> tuple[Floats, ...]:
    """Read columns of counts and times.

    Raises
    ------
    DataError
        For counts that are not whole, or are missing because a row holds a ready-made effect: every
        cell with its study and column.
    """
    found = tuple(np.asarray(table[name], dtype=float) for name in names)
    whole = "These models take whole numbers of events and participants"
    remedy = "Give the counts as they were observed, or pool computed effects by cs.pool."
    problems = [
        Problem(whole, remedy, str(study), name, f"{value:g}")
        for name, values in zip(names, found, strict=True)
        for study, value in zip(table.index, values, strict=True)
        if not (np.isfinite(value) and (name in _TIMES or value == round(value)))
    ]
    if problems:
        raise DataError(problems)
    return found


def two_proportions(table: pd.DataFrame) -> tuple[Arm, Arm]:
    """Read two binomial arms.

    Raises
    ------
    DataError
        For cells that hold no number.
    """
    x1, n1, x2, n2 = numbers(table, "events1", "n1", "events2", "n2")
    nothing = np.zeros_like(x1)
    return Binomial(x1, n1, nothing), Binomial(x2, n2, nothing)


def two_rates(table: pd.DataFrame) -> tuple[Arm, Arm]:
    """Read two Poisson arms.

    Raises
    ------
    DataError
        For cells that hold no number.
    """
    names = ("events1", "person_time1", "events2", "person_time2")
    x1, t1, x2, t2 = numbers(table, *names)
    return Poisson(x1, t1), Poisson(x2, t2)


def telling(table: pd.DataFrame) -> np.ndarray:
    """Say which rows of two arms have events, and something else than events, shape (k,)."""
    events = table["events1"] + table["events2"]
    if "n1" not in table or table["n1"].isna().all():
        return np.asarray(events > 0)
    return np.asarray((events > 0) & (events < table["n1"] + table["n2"]))


def turned(effects: Effects) -> pd.DataFrame:
    """Swap the arms of the rows whose effects were turned, so that both point the same way."""
    table = effects.table.copy()
    if not effects.directed:
        return table
    down = signs(table) < 0
    for first, second in _PAIRS:
        if first in table and second in table:
            one, two = table[first].to_numpy(copy=True), table[second].to_numpy(copy=True)
            table[first], table[second] = np.where(down, two, one), np.where(down, one, two)
    return table


def unit_time(table: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Count time in units of one event, so that the units of person-time cost no digits.

    Returns
    -------
    tuple
        The table with its times divided, and the logarithm of the unit.
    """
    times = [name for name in _TIMES if name in table]
    events = [name for name in ("events", "events1", "events2") if name in table]
    total = float(np.nansum(table[events].to_numpy(dtype=float)))
    if not times or not total > 0:
        return table, 0.0
    unit = float(np.nansum(table[times].to_numpy(dtype=float))) / total
    return table.assign(**{name: table[name] / unit for name in times}), float(np.log(unit))
