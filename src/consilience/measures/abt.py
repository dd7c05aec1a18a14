"""Bonett's transformation of a reliability."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.measures.base import Floats
from consilience.measures.reliability import Reliability


@final
@dataclass(frozen=True, slots=True)
class ABT(Reliability):
    r"""The transformed reliability :math:`-\log(1 - \alpha)`.

    Its variance is :math:`\frac{2 J}{(J - 1) (n - 2)}` with J items. Bonett's own form has the
    other sign; this one grows with alpha. The same as metafor's ``escalc(measure="ABT")``.

    References
    ----------
    Bonett (2002), J. Educ. Behav. Stat. 27, 335-340. doi:10.3102/10769986027004335 Bonett (2010),
    Psychol. Methods 15, 368-385. doi:10.1037/a0020142
    """

    code: ClassVar[str] = "ABT"
    label: ClassVar[str] = "Cronbach's alpha (log)"
    scale: ClassVar[str] = "log"

    @override
    def estimate(self, missing: Floats, ratio: Floats, n: Floats) -> tuple[Floats, Floats]:
        return -np.log(missing), 2 * ratio / (n - 2)

    @override
    def display(self, x: Floats) -> Floats:
        """Return alpha."""
        return -np.expm1(-x)
