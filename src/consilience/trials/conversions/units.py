"""Which columns are measured in points of the scale, and how they move with it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.sheet import Mask, Sheet, written


def _arms(*names: str) -> tuple[str, ...]:
    return tuple(name.replace("#", arm) for name in names for arm in "12")


VALUES = _arms("mean#", "baseline_mean#", "median#")
"""Places on the scale."""

ENDS = {
    **{f"mean{arm}_lower": f"mean{arm}_upper" for arm in "12"},
    **{f"lower_quartile{arm}": f"upper_quartile{arm}" for arm in "12"},
    **{f"min{arm}": f"max{arm}" for arm in "12"},
}
"""Places on the scale that come in pairs, the lower and the upper one."""

SPREADS = (*_arms("sd#", "se#", "baseline_sd#", "change_sd#"), "md_se")
"""Widths in points of the scale."""

CHANGES = _arms("change_mean#")
"""Differences within an arm."""

CONTRASTS = ("md", "d", "g", "t_stat")
"""Differences between the arms."""

ARMS = (
    *("n", "mean", "sd", "se", "events", "median", "lower_quartile", "upper_quartile", "min"),
    *("max", "baseline_mean", "baseline_sd", "change_mean", "change_sd", "change_r"),
)
"""Columns that each arm has, without the arm's digit, beside the interval of its mean."""


def arm_columns(arm: str) -> tuple[str, ...]:
    """Return the columns of the arm ``"1"`` or ``"2"``, in the same order for both."""
    return (*(f"{name}{arm}" for name in ARMS), f"mean{arm}_lower", f"mean{arm}_upper")


def put(table: pd.DataFrame, cells: Mapping[str, Floats], *, where: Mask) -> pd.DataFrame:
    """Write the columns that the table has into the rows where `where` is true."""
    return written(table, {name: x for name, x in cells.items() if name in table}, where=where)


def turned(sheet: Sheet) -> dict[str, Floats]:
    """Return the columns between the arms with their sign turned, intervals in order."""
    low, high = sheet.columns("md_lower", "md_upper")
    return {
        **{name: -sheet.numbers(name) for name in CONTRASTS},
        "md_lower": -high,
        "md_upper": -low,
    }


def on_scale(sheet: Sheet, scale: str) -> Mask:
    """Say which rows are measured on this scale."""
    return np.asarray(sheet.texts("scale") == scale, dtype=bool)


def written_anew(table: pd.DataFrame, cells: Mapping[str, Floats], *, where: Mask) -> pd.DataFrame:
    """Write columns into rows; one that the table lacks is added if any of its cells is filled."""
    wanted = {name: x for name, x in cells.items() if name in table or np.isfinite(x[where]).any()}
    return written(table, wanted, where=where)
