"""A paired test gives away the correlation of a crossover trial."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Filling
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class CrossoverCorrelation(Filling):
    r"""The correlation of a person's two values from the standard error of their difference.

    :math:`r = (s_1^2 + s_2^2 - n\,se^2) / (2 s_1 s_2)` for the paired se (`md_se`), or
    :math:`se = |md / t|` of a paired t. Figures that no correlation between −1 and 1 can produce
    give none.
    """

    title: ClassVar[str] = "Correlation of a crossover trial"
    needs: ClassVar[tuple[str, ...]] = ("n_pairs", "mean1", "sd1", "mean2", "sd2")
    uses: ClassVar[tuple[str, ...]] = ("md", "md_se", "t_stat")
    gives: ClassVar[tuple[str, ...]] = ("pair_r",)
    equation: ClassVar[str] = "r = (sd1² + sd2² − n se²) / (2 sd1 sd2)"
    source: ClassVar[str] = (
        "Elbourne et al. (2002), Int. J. Epidemiol. 31, 140-149, doi:10.1093/ije/31.1.140"
    )

    @override
    def values(self, sheet: Sheet) -> Sequence[Mapping[str, Floats]]:
        """Solve the standard error of the paired difference for the correlation."""
        n, mean1, sd1, mean2, sd2 = sheet.columns(*self.needs)
        md, se, t = sheet.columns(*self.uses)
        md = np.where(np.isnan(md), mean1 - mean2, md)
        se = np.where(np.isnan(se), np.abs(md / t), se)
        r = (sd1**2 + sd2**2 - n * se**2) / (2 * sd1 * sd2)
        return [{"pair_r": np.where(np.abs(r) < 1, r, np.nan)}]
