"""A standard error of a mean becomes a standard deviation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import PerArm
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class SEToSD(PerArm):
    r"""The standard deviation of an arm from the standard error of its mean, :math:`s = se\sqrt n`.

    Right for the raw mean of the arm; a standard error out of a model (adjusted, mixed) gives the
    standard deviation that a raw mean of that precision would have.
    """

    title: ClassVar[str] = "SE to SD"
    needs: ClassVar[tuple[str, ...]] = ("n1", "se1", "n2", "se2")
    gives: ClassVar[tuple[str, ...]] = ("sd1", "sd2")
    equation: ClassVar[str] = "sd = se √n"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 6.5.2.2, doi:10.1002/9781119536604.ch6"

    @override
    def arm(self, sheet: Sheet, arm: str) -> Mapping[str, Floats]:
        n, se = sheet.columns(f"n{arm}", f"se{arm}")
        return {"sd": np.where(se > 0, se * np.sqrt(n), np.nan)}
