"""The difference of two square-root transformed incidence rates."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.measures.base import Floats
from consilience.measures.two_rates import Rates, TwoRates


@final
@dataclass(frozen=True, slots=True)
class IRSD(TwoRates):
    r"""The difference :math:`\sqrt{x_1 / t_1} - \sqrt{x_2 / t_2}` of root rates.

    Its variance :math:`1 / (4 t_1) + 1 / (4 t_2)` does not depend on the rates, so zero counts need
    no constant (`add` is 0). The same as metafor's ``escalc(measure="IRSD")``.

    References
    ----------
    Rothman, Greenland & Lash (2008), Modern Epidemiology, 3rd ed., ch. 14. Bartlett (1936), Suppl.
    J. R. Stat. Soc. 3, 68-78, for the square root. doi:10.2307/2983678
    """

    add: float = 0.0

    code: ClassVar[str] = "IRSD"
    label: ClassVar[str] = "Difference of square-root incidence rates"
    scale: ClassVar[str] = "square root"

    @override
    def estimate(self, rates: Rates) -> tuple[Floats, Floats]:
        x1, t1, x2, t2 = rates
        return np.sqrt(x1 / t1) - np.sqrt(x2 / t2), 1 / (4 * t1) + 1 / (4 * t2)
