"""The unconditional logistic model with fixed trial intercepts."""

from dataclasses import dataclass
from typing import ClassVar, final

import pandas as pd

from consilience.classical.glmm.arms import Arm
from consilience.classical.glmm.counts import two_proportions
from consilience.classical.glmm.fixed_intercepts import FixedIntercepts


@final
@dataclass(frozen=True, slots=True)
class OddsRatioFixedIntercepts(FixedIntercepts):
    """Two binomial arms, ``logit p_1 - logit p_2 ~ N(x'beta, tau²)``, a fixed intercept per trial.

    As many intercepts as trials bias the likelihood's tau² downwards where trials are small.

    References
    ----------
    Jackson D, Law M, Stijnen T, Viechtbauer W, White IR (2018). Statistics in Medicine
    37:1059–1085, model 4. doi:10.1002/sim.7588
    """

    code: ClassVar[str] = "OR.UM.FS"
    label: ClassVar[str] = "binomial–normal, fixed trial intercepts"
    measure: ClassVar[str] = "OR"

    def arms(self, table: pd.DataFrame) -> tuple[Arm, ...]:
        """Read two binomial arms."""
        return two_proportions(table)
