"""Ready-made estimates with their variances or standard errors."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.errors import ModelError, Problem
from consilience.measures.base import Floats, Mask, Measure, arms, unit_information_sd
from consilience.measures.checks import at
from consilience.trials.rounding import ends

APART = 0.01
"""How far the square of a standard error may lie from the variance beside it, as a share, beyond
the rounding of both."""


@final
@dataclass(frozen=True, slots=True)
class GEN(Measure):
    """Estimates as they are given: `yi` with `vi`, or with `sei` (then vi = sei²).

    The scale and its unit are the user's. Where a row gives both, they must agree within 1 % and
    what rounding to their printed digits explains (0.02 and 0.15 do), and `vi` counts.
    """

    code: ClassVar[str] = "GEN"
    label: ClassVar[str] = "Effect"
    scale: ClassVar[str] = "raw"
    needs: ClassVar[tuple[str, ...]] = ("yi",)
    either: ClassVar[tuple[str, ...]] = ("vi", "sei")

    @override
    def compute(self, table: pd.DataFrame) -> tuple[Floats, Floats]:
        """Take the estimates and variances over from the table."""
        (yi,) = arms(table, "yi")
        vi = np.full(len(table), np.nan)
        if "sei" in table:
            vi = arms(table, "sei")[0] ** 2
        if "vi" in table:
            (given,) = arms(table, "vi")
            vi = np.where(np.isnan(given), vi, given)
        return yi, vi

    @override
    def contradictions(self, table: pd.DataFrame) -> tuple[Problem, ...]:
        """Find the rows whose variance is not the square of their standard error."""
        if not {"vi", "sei"} <= set(table):
            return ()
        vi, sei = arms(table, "vi", "sei")
        what = "The variance is not the square of the standard error `sei`"
        remedy = "Keep the one that the source prints, and empty the other."
        return at(table, _apart(vi, sei), column="vi", what=what, remedy=remedy)

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return the unit-information standard deviation, NaN without participants."""
        return unit_information_sd(table, v)

    @override
    def new_variance(self, theta: Floats, *, n1: int, n2: int, observed: pd.DataFrame) -> Floats:
        """Refuse: nothing says how the variance of a ready-made estimate follows from size.

        Raises
        ------
        ModelError
            Always: give the standard error of the new trial itself.
        """
        raise ModelError(
            f"The variance of a new trial with {n1} and {n2} participants does not follow from "
            "ready-made estimates (measure GEN). Give the new trial's standard error `sei`."
        )


def _apart(vi: Floats, sei: Floats) -> Mask:
    """Say where no variance that prints as `vi` has a root that prints as `sei`, (k,)."""
    (least, most), (low, high) = ends(vi), ends(sei)
    return (low**2 > most * (1 + APART)) | (high**2 < least * (1 - APART))
