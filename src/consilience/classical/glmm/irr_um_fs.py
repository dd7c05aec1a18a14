"""The unconditional Poisson model with fixed trial intercepts."""

from dataclasses import dataclass
from typing import ClassVar, final

import pandas as pd

from consilience.classical.glmm.arms import Arm
from consilience.classical.glmm.counts import two_rates
from consilience.classical.glmm.fixed_intercepts import FixedIntercepts


@final
@dataclass(frozen=True, slots=True)
class RateRatioFixedIntercepts(FixedIntercepts):
    """Two Poisson arms, ``log rate_1 - log rate_2 ~ N(x'beta, tau²)``, a fixed intercept per trial.

    References
    ----------
    Stijnen T, Hamza TH, Özdemir P (2010). Statistics in Medicine 29:3046–3067.
    doi:10.1002/sim.4040
    """

    code: ClassVar[str] = "IRR.UM.FS"
    label: ClassVar[str] = "Poisson–normal, fixed trial intercepts"
    measure: ClassVar[str] = "IRR"

    def arms(self, table: pd.DataFrame) -> tuple[Arm, ...]:
        """Read two Poisson arms."""
        return two_rates(table)
