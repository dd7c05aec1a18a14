"""An F statistic of two groups becomes a t statistic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Filling
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class FToT(Filling):
    r"""Student's t of a comparison of two groups, :math:`|t| = \sqrt F`, signed.

    Only an F with one numerator degree of freedom is that of two groups. F does not say which
    group did better: the sign is that of the printed difference, means or d, or follows from the
    column `favours` (intervention or comparator) with `higher_is_better`. Without a sign there is
    no t. An F of a group-by-time interaction or adjusted for covariates is measured in less scatter
    than the values have: see `TToSMD`.
    """

    title: ClassVar[str] = "F to t"
    needs: ClassVar[tuple[str, ...]] = ("f_stat",)
    uses: ClassVar[tuple[str, ...]] = ("md", "mean1", "mean2", "d", "g", "favours")
    gives: ClassVar[tuple[str, ...]] = ("t_stat",)
    equation: ClassVar[str] = "t = ±√F"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 6.5.2.3, doi:10.1002/9781119536604.ch6"

    @override
    def values(self, sheet: Sheet) -> Sequence[Mapping[str, Floats]]:
        unknown = sheet.empty("md_se")
        return [
            {"t_stat": np.where(unknown, sheet.sign() * np.sqrt(sheet.numbers("f_stat")), np.nan)}
        ]
