"""A confidence interval of a mean difference becomes its standard error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Filling
from consilience.trials.conversions.freedom import half_width, residual_df
from consilience.trials.conversions.level import between_zero_and_one
from consilience.trials.conversions.sheet import Sheet
from consilience.trials.rounding import outside


@final
@dataclass(frozen=True, slots=True)
class DifferenceCI(Filling):
    r"""The standard error of a mean difference from its interval, :math:`(U - L)/(2 q)`.

    q is the quantile of Student's t below `small` participants in both arms together, of the
    normal distribution from there on and where their number is not known. An empty difference is
    the middle of the interval; an interval that does not hold its difference is left alone.

    Parameters
    ----------
    level : float
        Of the interval.
    small : float
        Participants from which the normal distribution is taken.

    Raises
    ------
    ModelError
        For a level that does not lie between 0 and 1.
    """

    level: float = 0.95
    small: float = 60.0

    title: ClassVar[str] = "CI of a difference to SE"
    needs: ClassVar[tuple[str, ...]] = ("md_lower", "md_upper")
    uses: ClassVar[tuple[str, ...]] = ("md", "n1", "n2", "n_total")
    gives: ClassVar[tuple[str, ...]] = ("md", "md_se")
    equation: ClassVar[str] = "se = (U − L) / (2 q), q of t with n1 + n2 − 2 df or normal by size"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 6.5.2.3, doi:10.1002/9781119536604.ch6"

    def __post_init__(self) -> None:
        """Refuse a level that is none."""
        between_zero_and_one(self.level, "DifferenceCI: level")

    @override
    def values(self, sheet: Sheet) -> Sequence[Mapping[str, Floats]]:
        md, low, high = sheet.columns("md", "md_lower", "md_upper")
        df = residual_df(sheet)
        q = half_width(df, level=self.level, normal=~(df + 2 < self.small))
        width = np.where((high > low) & ~outside(md, low, high), high - low, np.nan)
        return [{"md": (low + high) / 2, "md_se": width / (2 * q)}]
