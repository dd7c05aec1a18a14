"""The square root of an incidence rate."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.measures.base import Floats
from consilience.measures.one_rate import OneRate


@final
@dataclass(frozen=True, slots=True)
class IRS(OneRate):
    r"""The root rate :math:`\sqrt{x / t}`, with variance :math:`1 / (4 t)`.

    The variance does not depend on the rate, so zero counts need no constant (`add` is 0).
    The same as metafor's ``escalc(measure="IRS")``.

    References
    ----------
    Bartlett (1936), Suppl. J. R. Stat. Soc. 3, 68-78. doi:10.2307/2983678
    """

    add: float = 0.0

    code: ClassVar[str] = "IRS"
    label: ClassVar[str] = "Incidence rate (square root)"
    scale: ClassVar[str] = "square root"

    @override
    def estimate(self, x: Floats, t: Floats) -> tuple[Floats, Floats]:
        return np.sqrt(x / t), 1 / (4 * t)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the incidence rate; roots below zero count as zero."""
        return np.maximum(x, 0) ** 2
