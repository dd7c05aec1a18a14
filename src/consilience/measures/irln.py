"""The log incidence rate."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.measures.base import Floats
from consilience.measures.one_rate import OneRate


@final
@dataclass(frozen=True, slots=True)
class IRLN(OneRate):
    r"""The log incidence rate :math:`\log(x / t)`, with variance :math:`1 / x`.

    With expected events for t, the log standardised incidence ratio.
    The same as metafor's ``escalc(measure="IRLN")``.

    References
    ----------
    Rothman, Greenland & Lash (2008), Modern Epidemiology, 3rd ed., ch. 14.
    """

    code: ClassVar[str] = "IRLN"
    label: ClassVar[str] = "Incidence rate (log)"
    scale: ClassVar[str] = "log"

    @override
    def estimate(self, x: Floats, t: Floats) -> tuple[Floats, Floats]:
        return np.log(x / t), 1 / x

    @override
    def display(self, x: Floats) -> Floats:
        """Return the incidence rate."""
        return np.exp(x)
