"""The hazard ratio."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.errors import Problem
from consilience.measures.base import Floats, Measure, arms, finite
from consilience.measures.checks import at
from consilience.measures.rules import ABOVE_ZERO
from consilience.measures.sizes import scaled_by_arms
from consilience.trials.checks import Rule

_PAIRS = (("log_hr", "log_hr_se"), ("o_minus_e", "logrank_v"))


@final
@dataclass(frozen=True, slots=True)
class HR(Measure):
    r"""The log hazard ratio, ready-made or from the log-rank test.

    Either `log_hr` with its standard error `log_hr_se`, :math:`v = se^2`; or observed minus
    expected events with the intervention, `o_minus_e`, and their variance `logrank_v`:
    :math:`y = (O - E) / V, v = 1 / V`. Where a row gives both, `log_hr` counts. The names of the
    columns say that the logarithm is meant: a hazard ratio of its own has no column here.

    References
    ----------
    Yusuf, Peto, Lewis, Collins & Sleight (1985), Prog. Cardiovasc. Dis. 27, 335-371.
    doi:10.1016/S0033-0620(85)80003-7 Parmar, Torri & Stewart (1998), Stat. Med. 17, 2815-2834.
    doi:10.1002/(SICI)1097-0258(19981230)17:24<2815::AID-SIM110>3.0.CO;2-8
    """

    code: ClassVar[str] = "HR"
    label: ClassVar[str] = "Hazard ratio"
    scale: ClassVar[str] = "log"
    needs: ClassVar[tuple[str, ...]] = ()
    either: ClassVar[tuple[str, ...]] = ("log_hr", "o_minus_e")
    rules: ClassVar[Mapping[str, Rule]] = {"log_hr_se": ABOVE_ZERO, "logrank_v": ABOVE_ZERO}

    @override
    def compute(self, table: pd.DataFrame) -> tuple[Floats, Floats]:
        """Take the printed log ratio, or (O - E)/V of the log-rank test where there is none."""
        known = table.reindex(columns=[name for pair in _PAIRS for name in pair])
        y, se, difference, variance = arms(known.astype(float), *known)
        with np.errstate(all="ignore"):
            given = ~np.isnan(y)
            y = np.where(given, y, difference / variance)
            return finite(y, np.where(given, se**2, 1 / variance))

    @override
    def contradictions(self, table: pd.DataFrame) -> tuple[Problem, ...]:
        """Name rows whose estimate stands without its error or variance."""
        known = table.reindex(columns=[name for pair in _PAIRS for name in pair])
        ready = known["log_hr"].notna()
        asked = (ready, ~ready & known["o_minus_e"].notna())
        return tuple(
            problem
            for rows, (name, beside) in zip(asked, _PAIRS, strict=True)
            for problem in at(
                table,
                (rows & known[beside].isna()).to_numpy(),
                column=beside,
                what=f"The cell is empty where {name} is filled",
                remedy="Fill it from the source, or leave the row out.",
            )
        )

    @override
    def display(self, x: Floats) -> Floats:
        """Return the hazard ratio."""
        return np.exp(x)

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return 2, the worth of one event: of d events in two equal arms V is d/4."""
        return 2.0

    @override
    def new_variance(self, theta: Floats, *, n1: int, n2: int, observed: pd.DataFrame) -> Floats:
        """Return the average variance of the observed trials, scaled to the new arms."""
        return scaled_by_arms(theta, n1=n1, n2=n2, observed=observed)
