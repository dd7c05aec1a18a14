"""What a line of `make bench` is, and how its time is taken.

A module with lines of its own exposes ``FIGURES``, a tuple of functions that each give a `Figure`;
`run.py` prints them.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import isnan, nan
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

import consilience as cs

HERE = Path(__file__).parent
REVIEW = HERE.parent / "data" / "smi_functioning"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured time, or with `per_second` one measured rate.

    Parameters
    ----------
    name : str
        What was timed.
    measured : float
        How many seconds it took; or how many were done in a second.
    owed : float
        The bound that the project has set itself, in the same unit; NaN where there is none.
    reference : float
        The same for the plain way to the same end; NaN where there is none.
    per_second : bool
        Whether the numbers are rates, of which more is better.
    """

    name: str
    measured: float
    owed: float = nan
    reference: float = nan
    per_second: bool = False

    def row(self) -> str:
        """Give the line of the table; what does not exist is a dash."""
        write = rate if self.per_second else duration
        cells = [write(each) for each in (self.measured, self.owed, self.reference)]
        ratio = "–" if isnan(self.reference) else f"{self.measured / self.reference:.2g}"
        return f"{self.name:<52}" + "".join(f"{cell:>12}" for cell in (*cells, ratio, self.kept))

    @property
    def kept(self) -> str:
        """Say whether the bound was kept; empty where there is none."""
        if isnan(self.owed):
            return ""
        kept = self.measured >= self.owed if self.per_second else self.measured <= self.owed
        return "kept" if kept else "NOT kept"


def heading() -> str:
    """Give the heading over the rows."""
    names = ("measured", "owed", "reference", "ratio", "")
    return f"{'':<52}" + "".join(f"{name:>12}" for name in names)


def warm(action: Callable[[], object], repeats: int = 50) -> float:
    """Give the median wall time of many runs after a first one that compiles and loads."""
    action()
    return median(once(action) for _ in range(repeats))


def cpu(action: Callable[[], object], repeats: int = 5) -> float:
    """Give the median processor time, over all threads, of some runs after a first one."""
    action()
    return median(_spent(action) for _ in range(repeats))


def second(action: Callable[[], object]) -> float:
    """Give the wall time of the second run, for which caches are filled."""
    action()
    return once(action)


def once(action: Callable[[], object]) -> float:
    """Give the wall time of one run, in seconds."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _spent(action: Callable[[], object]) -> float:
    began = time.process_time()
    action()
    return time.process_time() - began


def duration(seconds: float) -> str:
    """Write a time with a unit fit to read."""
    if isnan(seconds):
        return "–"
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.3g} ms"


def rate(per_second: float) -> str:
    """Write a rate, in whole numbers."""
    return "–" if isnan(per_second) else f"{per_second:,.0f}/s"


@cache
def bcg() -> cs.Effects:
    """Log risk ratios of the 13 trials of BCG against tuberculosis (Colditz et al. 1994)."""
    table = pd.read_csv(HERE / "bcg.csv")
    risks = table["events1"] / table["n1"], table["events2"] / table["n2"]
    vi = 1 / table["events1"] - 1 / table["n1"] + 1 / table["events2"] - 1 / table["n2"]
    return cs.effect_sizes(table.assign(yi=np.log(risks[0] / risks[1]), vi=vi), "GEN")
