"""What a row prints that contradicts itself, so that the rules leave it alone."""

import numpy as np

from consilience.trials.conversions.ratios import columns, lopsided
from consilience.trials.conversions.sheet import Mask, Sheet
from consilience.trials.rounding import outside

_RATIOS = ("odds_ratio", "risk_ratio", "hazard_ratio", "rate_ratio")


def amiss(sheet: Sheet) -> list[str]:
    """Say of each row, in words, which of its printed numbers contradict each other.

    Parameters
    ----------
    sheet : Sheet

    Returns
    -------
    list of str, (rows,)
        Empty where nothing does.
    """
    told = [""] * len(sheet)
    with np.errstate(all="ignore"):
        found = _found(sheet)
    for words, rows in found.items():
        for row in np.flatnonzero(rows).tolist():
            told[row] += f"; {words}"
    return told


def _found(sheet: Sheet) -> dict[str, Mask]:
    """Mark, under each reason, rows whose numbers contradict one another."""
    found: dict[str, Mask] = {}
    for name in ("d", "g", "t_stat"):
        printed, by_means = sheet.numbers(name), sheet.from_means()
        turned = np.isnan(sheet.agreeing(printed)) & ~np.isnan(printed)
        found[f"md and {name} have opposite signs"] = turned & ~by_means
        found[f"{name} and the means point opposite ways"] = turned & by_means
    for name in ("md", *_RATIOS):
        value, low, high = sheet.columns(*columns(name))
        beyond = outside(value, low, high)
        found[f"{name} lies outside its interval"] = beyond
        if name in _RATIOS:
            beside = ~beyond & lopsided(value, low, high)
            found[f"the interval is not centred on {name} on the log scale"] = beside
    return found
