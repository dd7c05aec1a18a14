"""A printed risk ratio with its p value."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.trials.conversions.ratios import RatioAndP


@final
@dataclass(frozen=True, slots=True)
class PToRR(RatioAndP):
    """The log risk ratio and its variance from the ratio and an exact p value.

    Columns: `risk_ratio`, a ratio and not a logarithm, and `p_value`.
    """

    title: ClassVar[str] = "Printed risk ratio and p"
    needs: ClassVar[tuple[str, ...]] = ("risk_ratio", "p_value")
    equation: ClassVar[str] = "y = log RR, v = (y / z)², z of 1 − p/2"
    measure: ClassVar[str] = "RR"
