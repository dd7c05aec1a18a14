"""How often so many trials find a threshold, in simulated reviews that travel with the package."""

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

SURE = "p_threshold_above_0.9"
"""The share of replications in which a threshold's posterior probability exceeded 0.9."""


def power(k: int) -> pd.DataFrame:
    """Give the simulated reviews whose number of trials is nearest to k.

    Parameters
    ----------
    k : int
        Number of trials.

    Returns
    -------
    DataFrame
        By truth (threshold, slope, none), tau, SD of exposures between trials and effect: the share
        of replications in which the threshold's posterior probability exceeded 0.9, and in which
        the true curve was the likeliest of none, slope and threshold. Made by
        ``benchmarks/exposure.py``.
    """
    table = power_table()
    known = table["k"].unique()
    nearest = known[np.argmin(np.abs(np.log(known) - np.log(max(k, 1))))]
    return table[table["k"] == nearest].reset_index(drop=True)


_SEEN = 0.005
"""A share that is not rounded to 0 %."""


def power_sentence(k: int) -> str:
    """Say how often so many trials find a threshold that is there, and one that is not."""
    rows = power(k)
    there = rows[rows["truth"] == "threshold"]
    strong = _range(there.query("effect == 0.6 and tau == 0.1")[SURE])
    weak = _range(there.query("effect == 0.3 or tau == 0.3")[SURE])
    false = float(rows[rows["truth"] != "threshold"][SURE].max())
    count, least = int(rows["k"].iloc[0]), int(rows["replications"].min())
    nearest = "" if count == k else f"; {count} is the number nearest to {k} that was simulated"
    return (
        f"In simulated reviews of {count} trials ({least} of each case{nearest}) a threshold "
        f"was found with a probability above 0.9 in {strong} where its effect was 0.6 and tau "
        f"0.1, and in {weak} where the effect was smaller or tau larger; where there was none, "
        f"in {f'at most {100.0 * false:.2g} %' if false >= _SEEN else 'none'}."
    )


def _range(values: pd.Series) -> str:
    low, high = 100.0 * float(values.min()), 100.0 * float(values.max())
    if high < 100.0 * _SEEN:
        return "none"
    return f"{low:.0f} %" if round(low) == round(high) else f"{low:.0f} to {high:.0f} %"


@cache
def power_table() -> pd.DataFrame:
    """Give all simulated reviews, whatever their number of trials."""
    with files("consilience.exposure").joinpath("power.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)
