"""The median of the comparator arms as the baseline."""

from dataclasses import dataclass
from typing import final, override

import numpy as np
import pandas as pd

from consilience.errors import DataError, ModelError, Problem
from consilience.findings.actions import RATES, RISKS
from consilience.findings.baselines import BaselineRate, BaselineRisk
from consilience.findings.people import comparator_arms
from consilience.findings.reading import Turned
from consilience.findings.translation import Basis, Translation


@final
@dataclass(frozen=True, slots=True)
class ComparatorMedian(Basis):
    """The median risk or rate of the comparator arms, each of which counts once.

    Parameters
    ----------
    time : str
        The unit of time of rates.

    References
    ----------
    Guyatt, Oxman, Santesso, et al. (2013), J. Clin. Epidemiol. 66, 158-172,
    doi:10.1016/j.jclinepi.2012.01.012
    """

    time: str = "person-years"

    @override
    def translate(self, turned: Turned) -> Translation:
        """Say what the effect is where the comparator has its median risk or rate.

        Raises
        ------
        DataError
            For trials that do not print their comparator arms, naming them, and for a median of
            none or all.
        """
        return self._basis(turned).translate(turned)

    @override
    def risk(self, turned: Turned) -> float:
        """Return the median risk, or NaN for rates."""
        return self._basis(turned).risk(turned)

    def _basis(self, turned: Turned) -> Basis:
        code = turned.effects.measure.code
        below = dict.fromkeys(RISKS, "n2") | dict.fromkeys(RATES, "person_time2")
        if code not in below:
            raise ModelError(
                f"{turned.effects.measure.label} has no comparator risk or rate. ComparatorMedian "
                f"goes with {', '.join(below)}."
            )
        values = _values(comparator_arms(turned.effects), below[code])
        median, told = float(np.median(values)), _told(values)
        if not 0.0 < median < (1.0 if code in RISKS else np.inf):
            raise DataError(
                f"The median of the comparator arms is {median:g}, from which no relative effect "
                "can be carried over. Declare a baseline of these people with its source."
            )
        return (
            BaselineRisk(median, told) if code in RISKS else BaselineRate(median, told, self.time)
        )


def _values(arms: pd.DataFrame, below: str) -> np.ndarray:
    """Return events over participants or time, of each comparator arm."""
    remedy = "Fill it from the source, or declare a baseline with its source."
    known = arms.reindex(columns=["events2", below]).astype(float)
    found = [
        Problem("The comparator arm is not printed", remedy, str(study), str(column))
        for study, row in zip(arms["study"], known.to_dict(orient="records"), strict=True)
        for column, value in row.items()
        if not np.isfinite(value)
    ]
    if found:
        raise DataError(found)
    return (known["events2"] / known[below]).to_numpy()


def _told(values: np.ndarray) -> str:
    if len(values) == 1:
        return "the comparator arm of the one trial"
    low, high = 1000 * values.min(), 1000 * values.max()
    return (
        f"median of {len(values)} comparator arms, which range from {low:.0f} to {high:.0f} per "
        "1\N{NO-BREAK SPACE}000"
    )
