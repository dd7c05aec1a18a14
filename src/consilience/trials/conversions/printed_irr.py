"""A printed rate ratio with its confidence interval."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.trials.conversions.ratios import PrintedRatio, columns


@final
@dataclass(frozen=True, slots=True)
class PrintedIRR(PrintedRatio):
    """The log rate ratio and its variance from the ratio and its interval.

    Columns: `rate_ratio`, `rate_ratio_lower` and `rate_ratio_upper`; no logarithms.
    """

    title: ClassVar[str] = "Printed rate ratio"
    needs: ClassVar[tuple[str, ...]] = columns("rate_ratio")
    equation: ClassVar[str] = "y = log IRR, v = ((log U − log L) / (2 z))²"
    measure: ClassVar[str] = "IRR"
