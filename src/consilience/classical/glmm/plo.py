"""The binomial–normal model of one group."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
import pandas as pd

from consilience.classical.glmm.arms import Arm, Binomial
from consilience.classical.glmm.conditional import OneLikelihood
from consilience.classical.glmm.counts import numbers


@final
@dataclass(frozen=True, slots=True)
class Proportion(OneLikelihood):
    """``events ~ Binomial(n, p)``, ``logit p ~ N(x'beta, tau²)``; trials without events count.

    References
    ----------
    Hamza TH, van Houwelingen HC, Stijnen T (2008). Journal of Clinical Epidemiology 61:41–51.
    doi:10.1016/j.jclinepi.2007.03.016
    """

    code: ClassVar[str] = "PLO"
    label: ClassVar[str] = "binomial–normal, one group"
    measure: ClassVar[str] = "PLO"
    drops: ClassVar[bool] = False

    def arms(self, table: pd.DataFrame) -> tuple[Arm, ...]:
        """Read one binomial group."""
        x, n = numbers(table, "events", "n")
        return (Binomial(x, n, np.zeros_like(x)),)
