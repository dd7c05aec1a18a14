"""Metapsy's columns: arms as ``_arm1`` and ``_arm2``, as in its databases and metapsyTools."""

import pandas as pd

from consilience.trials.readers.sheet import Sheet
from consilience.trials.table import Conversion

MARKS = frozenset({"study", "condition_arm1", "condition_arm2"})
"""Columns by which such a table is known."""

_ARM = {
    "mean": "mean",
    "sd": "sd",
    "n": "n",
    "event": "events",
    "baseline_m": "baseline_mean",
    "baseline_sd": "baseline_sd",
    "baseline_n": "baseline_n",
    "mean_change": "change_mean",
    "sd_change": "change_sd",
}
NAMES = {
    f"{theirs}_arm{arm}": f"{ours}{arm}" for theirs, ours in _ARM.items() for arm in (1, 2)
} | {
    "condition_arm1": "intervention_type",
    "condition_arm2": "comparator_type",
    "outcome_type": "outcome",
    "instrument": "scale",
    "time": "timepoint",
    "time_weeks": "weeks",
}
"""From Metapsy's name of a column to the one used here."""

MISSING = frozenset({"NA", "N/A", "nan"})
"""What stands for a missing number in files written by R."""


def tidy(cells: pd.DataFrame) -> Sheet:
    """Give Metapsy's columns the names used here.

    `totaln_arm1`, the participants of a row with events, become `n1` where `n_arm1` is empty (and
    change scores' `n_change_arm1` likewise). ``NA`` in a column of numbers is read as missing; a
    study may be called so.

    References
    ----------
    Metapsy data standard, docs.metapsy.org/data-preparation/format.
    """
    present = {theirs: ours for theirs, ours in NAMES.items() if theirs in cells}
    free = {t: o for t, o in present.items() if o == t or o not in cells}
    log = [
        Conversion("", ours, theirs, ours, "Metapsy's name of the column")
        for theirs, ours in free.items()
    ]
    named = cells.rename(columns=free)
    for arm in (1, 2):
        named, more = _sizes(named, arm)
        log.extend(more)
    return Sheet(_without_na(named), tuple(log))


def _sizes(cells: pd.DataFrame, arm: int) -> tuple[pd.DataFrame, list[Conversion]]:
    """Fill an arm's size from Metapsy's other columns for it, and log it."""
    target, log = f"n{arm}", []
    for source in (f"totaln_arm{arm}", f"n_change_arm{arm}"):
        if source not in cells:
            continue
        sizes = cells[target] if target in cells else pd.Series("", cells.index, dtype="str")
        empty = sizes.str.strip().isin({"", *MISSING})
        filled = empty & ~cells[source].str.strip().isin({"", *MISSING})
        cells = cells.assign(**{target: sizes.mask(filled, cells[source])})
        log += [
            Conversion(study, target, "", now, f"taken from {source}")
            for study, now in zip(
                cells.loc[filled, "study"], cells.loc[filled, source], strict=True
            )
        ]
    return cells, log


def _without_na(cells: pd.DataFrame) -> pd.DataFrame:
    """Clear "NA" in columns of numbers only: a study may bear that name."""
    from consilience.trials.columns import NUMBERS

    ours = {f"{name}{arm}" for name in _ARM.values() for arm in (1, 2)} | {"weeks"}
    numeric = [str(n) for n in cells if n in NUMBERS | ours or str(n).startswith((".", "precalc"))]
    cleared = {n: cells[n].mask(cells[n].str.strip().isin(MISSING), "") for n in numeric}
    return cells.assign(**cleared)
