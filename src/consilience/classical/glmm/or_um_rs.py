"""The unconditional logistic model with random trial intercepts."""

from dataclasses import dataclass
from typing import ClassVar, final

import pandas as pd

from consilience.classical.glmm.arms import Arm
from consilience.classical.glmm.counts import two_proportions
from consilience.classical.glmm.random_intercepts import RandomIntercepts


@final
@dataclass(frozen=True, slots=True)
class OddsRatioRandomIntercepts(RandomIntercepts):
    """Two binomial arms, ``logit p_1 - logit p_2 ~ N(x'beta, tau²)``.

    The intercepts are ``~ N(mu, sigma²)``: the trials' levels of risk are taken as drawn from one
    distribution, so that a little of the effect is learnt from comparing trials with each other.

    References
    ----------
    Jackson D, Law M, Stijnen T, Viechtbauer W, White IR (2018). Statistics in Medicine
    37:1059–1085, model 5. doi:10.1002/sim.7588
    """

    code: ClassVar[str] = "OR.UM.RS"
    label: ClassVar[str] = "binomial–normal, random trial intercepts"
    measure: ClassVar[str] = "OR"

    def arms(self, table: pd.DataFrame) -> tuple[Arm, ...]:
        """Read two binomial arms."""
        return two_proportions(table)
