"""The unconditional Poisson model with random trial intercepts."""

from dataclasses import dataclass
from typing import ClassVar, final

import pandas as pd

from consilience.classical.glmm.arms import Arm
from consilience.classical.glmm.counts import two_rates
from consilience.classical.glmm.random_intercepts import RandomIntercepts


@final
@dataclass(frozen=True, slots=True)
class RateRatioRandomIntercepts(RandomIntercepts):
    """Two Poisson arms, ``log rate_1 - log rate_2 ~ N(x'beta, tau²)``.

    The intercepts are ``~ N(mu, sigma²)``.

    References
    ----------
    Stijnen T, Hamza TH, Özdemir P (2010). Statistics in Medicine 29:3046–3067.
    doi:10.1002/sim.4040
    """

    code: ClassVar[str] = "IRR.UM.RS"
    label: ClassVar[str] = "Poisson–normal, random trial intercepts"
    measure: ClassVar[str] = "IRR"

    def arms(self, table: pd.DataFrame) -> tuple[Arm, ...]:
        """Read two Poisson arms."""
        return two_rates(table)
