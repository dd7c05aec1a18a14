"""A p value of a comparison of two means becomes a t statistic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
from scipy.special import stdtrit

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Filling
from consilience.trials.conversions.freedom import residual_df
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class PToT(Filling):
    r"""Student's t from the exact two-sided p value, :math:`|t| = -F_t^{-1}(p/2)`, signed.

    Degrees of freedom: `f_df` as printed, else n1 + n2 − 2. The sign is found as for `FToT`. A p
    value printed as "< 0.05" or rounded to one digit is no exact one.
    """

    title: ClassVar[str] = "p to t"
    needs: ClassVar[tuple[str, ...]] = ("p_value",)
    uses: ClassVar[tuple[str, ...]] = (
        *("f_df", "n1", "n2", "n_total"),
        *("md", "mean1", "mean2", "d", "g", "favours"),
    )
    gives: ClassVar[tuple[str, ...]] = ("t_stat",)
    equation: ClassVar[str] = "t = ±quantile of t with n1 + n2 − 2 df at 1 − p/2"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 6.5.2.3, doi:10.1002/9781119536604.ch6"

    @override
    def values(self, sheet: Sheet) -> Sequence[Mapping[str, Floats]]:
        p = sheet.numbers("p_value")
        exact = (p > 0) & (p < 1) & sheet.empty("md_se")
        t = -stdtrit(residual_df(sheet), np.where(exact, p, np.nan) / 2)
        return [{"t_stat": sheet.sign() * t}]
