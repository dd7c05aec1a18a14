"""A standard deviation that another source prints for the same scale."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Assumption, Floats, expectation
from consilience.trials.conversions.base import PerArm
from consilience.trials.conversions.sheet import Sheet
from consilience.trials.conversions.units import on_scale


@final
@dataclass(frozen=True, slots=True)
class GivenSD(PerArm):
    """The standard deviation of both arms on one scale, from norms or another study.

    Parameters
    ----------
    scale : str
        As in the column `scale`.
    sd : float or distribution
        In points of the scale, above zero.
    reference : str
        Where it stands, for the log.
    """

    scale: str
    sd: Assumption
    reference: str = ""

    title: ClassVar[str] = "SD from elsewhere"
    needs: ClassVar[tuple[str, ...]] = ("scale",)
    gives: ClassVar[tuple[str, ...]] = ("sd1", "sd2")
    equation: ClassVar[str] = "sd as given"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 6.5.2.7, doi:10.1002/9781119536604.ch6"
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {"sd": (0.0, float("inf"))}

    @override
    def arm(self, sheet: Sheet, arm: str) -> Mapping[str, Floats]:
        del arm
        sd = expectation(self.sd)
        return {"sd": np.where(on_scale(sheet, self.scale) & (sd > 0), sd, np.nan)}

    @property
    @override
    def label(self) -> str:
        plain = super(GivenSD, self).label
        return f"{plain} ({self.reference})" if self.reference else plain
