"""The raw reliability of an instrument."""

from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.measures.base import Floats
from consilience.measures.reliability import Reliability


@final
@dataclass(frozen=True, slots=True)
class ARAW(Reliability):
    r"""Cronbach's :math:`\alpha`, with variance :math:`\frac{2 J (1 - \alpha)^2}{(J - 1)(n - 2)}`.

    J is the number of items. The same as metafor's ``escalc(measure="ARAW")``.

    References
    ----------
    Bonett (2010), Psychol. Methods 15, 368-385. doi:10.1037/a0020142
    """

    code: ClassVar[str] = "ARAW"
    label: ClassVar[str] = "Cronbach's alpha"
    scale: ClassVar[str] = "reliability"

    @override
    def estimate(self, missing: Floats, ratio: Floats, n: Floats) -> tuple[Floats, Floats]:
        return 1 - missing, 2 * ratio * missing**2 / (n - 2)
