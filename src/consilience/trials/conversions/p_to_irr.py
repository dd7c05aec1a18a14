"""A printed rate ratio with its p value."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.trials.conversions.ratios import RatioAndP


@final
@dataclass(frozen=True, slots=True)
class PToIRR(RatioAndP):
    """The log rate ratio and its variance from the ratio and an exact p value.

    Columns: `rate_ratio`, a ratio and not a logarithm, and `p_value`.
    """

    title: ClassVar[str] = "Printed rate ratio and p"
    needs: ClassVar[tuple[str, ...]] = ("rate_ratio", "p_value")
    equation: ClassVar[str] = "y = log IRR, v = (y / z)², z of 1 − p/2"
    measure: ClassVar[str] = "IRR"
