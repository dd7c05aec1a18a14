"""A printed risk ratio with its confidence interval."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.trials.conversions.ratios import PrintedRatio, columns


@final
@dataclass(frozen=True, slots=True)
class PrintedRR(PrintedRatio):
    """The log risk ratio and its variance from the ratio and its interval.

    Columns: `risk_ratio`, `risk_ratio_lower` and `risk_ratio_upper`; no logarithms.
    """

    title: ClassVar[str] = "Printed risk ratio"
    needs: ClassVar[tuple[str, ...]] = columns("risk_ratio")
    equation: ClassVar[str] = "y = log RR, v = ((log U − log L) / (2 z))²"
    measure: ClassVar[str] = "RR"
