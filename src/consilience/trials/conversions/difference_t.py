"""A mean difference and its t statistic become a standard error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Filling
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class DifferenceT(Filling):
    r"""The standard error of a mean difference from its t statistic, :math:`|md / t|`.

    The t may be printed, or come from F (`FToT`) or p (`PToT`) with the sign of the difference;
    a printed one that points the opposite way is left alone.
    """

    title: ClassVar[str] = "t of a difference to SE"
    needs: ClassVar[tuple[str, ...]] = ("md", "t_stat")
    gives: ClassVar[tuple[str, ...]] = ("md_se",)
    equation: ClassVar[str] = "se = |md / t|"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 6.5.2.3, doi:10.1002/9781119536604.ch6"

    @override
    def values(self, sheet: Sheet) -> Sequence[Mapping[str, Floats]]:
        md, t = sheet.columns("md", "t_stat")
        return [{"md_se": np.where(md * t > 0, np.abs(md / t), np.nan)}]
