"""A printed hazard ratio with its p value."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.trials.conversions.ratios import RatioAndP


@final
@dataclass(frozen=True, slots=True)
class PToHR(RatioAndP):
    """The log hazard ratio and its variance from the ratio and an exact p value.

    Columns: `hazard_ratio`, a ratio and not a logarithm, and `p_value`.
    """

    title: ClassVar[str] = "Printed hazard ratio and p"
    needs: ClassVar[tuple[str, ...]] = ("hazard_ratio", "p_value")
    equation: ClassVar[str] = "y = log HR, v = (y / z)², z of 1 − p/2"
    measure: ClassVar[str] = "HR"
