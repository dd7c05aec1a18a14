"""A printed hazard ratio with its confidence interval."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.trials.conversions.ratios import PrintedRatio, columns


@final
@dataclass(frozen=True, slots=True)
class PrintedHR(PrintedRatio):
    """The log hazard ratio and its variance from the ratio and its interval.

    Columns: `hazard_ratio`, `hazard_ratio_lower` and `hazard_ratio_upper`; no logarithms.
    """

    title: ClassVar[str] = "Printed hazard ratio"
    needs: ClassVar[tuple[str, ...]] = columns("hazard_ratio")
    equation: ClassVar[str] = "y = log HR, v = ((log U − log L) / (2 z))²"
    measure: ClassVar[str] = "HR"
