"""The incidence rate ratio."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.measures.base import Floats
from consilience.measures.two_rates import Rates, TwoRates


@final
@dataclass(frozen=True, slots=True)
class IRR(TwoRates):
    r"""The log incidence rate ratio :math:`\log\frac{x_1 / t_1}{x_2 / t_2}`.

    Its variance is :math:`1 / x_1 + 1 / x_2`. The same as metafor's ``escalc(measure="IRR")``.

    References
    ----------
    Rothman, Greenland & Lash (2008), Modern Epidemiology, 3rd ed., ch. 14. Bagos & Nikolopoulos
    (2009), Int. J. Biostat. 5, 21. doi:10.2202/1557-4679.1168
    """

    code: ClassVar[str] = "IRR"
    label: ClassVar[str] = "Incidence rate ratio"
    scale: ClassVar[str] = "log"

    @override
    def estimate(self, rates: Rates) -> tuple[Floats, Floats]:
        x1, t1, x2, t2 = rates
        return np.log(x1 * t2 / (x2 * t1)), 1 / x1 + 1 / x2

    @override
    def display(self, x: Floats) -> Floats:
        """Return the rate ratio."""
        return np.exp(x)

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return 2, the worth of one event: of d events in two equal arms, 1/x1 + 1/x2 = 2²/d."""
        return 2.0
