"""A printed odds ratio with its confidence interval."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.trials.conversions.ratios import PrintedRatio, columns


@final
@dataclass(frozen=True, slots=True)
class PrintedOR(PrintedRatio):
    """The log odds ratio and its variance from the ratio and its interval.

    Columns: `odds_ratio`, `odds_ratio_lower` and `odds_ratio_upper`; no logarithms.
    """

    title: ClassVar[str] = "Printed odds ratio"
    needs: ClassVar[tuple[str, ...]] = columns("odds_ratio")
    equation: ClassVar[str] = "y = log OR, v = ((log U − log L) / (2 z))²"
    measure: ClassVar[str] = "OR"
