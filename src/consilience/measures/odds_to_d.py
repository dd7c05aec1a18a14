"""The log odds ratio as a standardised mean difference: what its forms share."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi, sqrt
from typing import ClassVar, override

from consilience.measures.base import Floats
from consilience.measures.or_ import VARIANCES, log_odds_ratio
from consilience.measures.two_by_two import Cells, TwoByTwo

LOGISTIC = pi / sqrt(3)
"""The standard deviation of the standard logistic distribution."""

COX = 1.65
"""Cox's constant: a logit is about 1.65 probits over the middle of the range."""


@dataclass(frozen=True, slots=True)
class OddsToD(TwoByTwo):
    r"""A log odds ratio divided by a constant :math:`c`, its variance by :math:`c^2`.

    Parameters
    ----------
    vtype : str
        As for the odds ratio.
    """

    vtype: str = "LS"

    scale: ClassVar[str] = "standardised"
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {"vtype": tuple(VARIANCES)}
    divisor: ClassVar[float]

    @override
    def estimate(self, cells: Cells) -> tuple[Floats, Floats]:
        v = VARIANCES[self.vtype](cells)
        return log_odds_ratio(cells) / self.divisor, v / self.divisor**2
