"""A printed odds ratio with its p value."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.trials.conversions.ratios import RatioAndP


@final
@dataclass(frozen=True, slots=True)
class PToOR(RatioAndP):
    """The log odds ratio and its variance from the ratio and an exact p value.

    Columns: `odds_ratio`, a ratio and not a logarithm, and `p_value`.
    """

    title: ClassVar[str] = "Printed odds ratio and p"
    needs: ClassVar[tuple[str, ...]] = ("odds_ratio", "p_value")
    equation: ClassVar[str] = "y = log OR, v = (y / z)², z of 1 − p/2"
    measure: ClassVar[str] = "OR"
