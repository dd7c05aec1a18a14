"""The conditional logistic model with its approximate likelihood."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
import pandas as pd

from consilience.classical.glmm.arms import Arm, Binomial
from consilience.classical.glmm.conditional import OneLikelihood
from consilience.classical.glmm.counts import numbers


@final
@dataclass(frozen=True, slots=True)
class OddsRatioApproximate(OneLikelihood):
    """Events of the first arm given those of both, ``Binomial(m, expit(theta + log(n1 / n2)))``.

    The limit of the exact conditional model for rare events. Where events are common theta is
    nearer a log risk ratio than a log odds ratio, and too near zero.

    References
    ----------
    Stijnen T, Hamza TH, Özdemir P (2010). Statistics in Medicine 29:3046–3067, section 3.3.
    doi:10.1002/sim.4040
    """

    code: ClassVar[str] = "OR.CM.AL"
    label: ClassVar[str] = "binomial–normal given the events (approximate conditional likelihood)"
    measure: ClassVar[str] = "OR"

    def arms(self, table: pd.DataFrame) -> tuple[Arm, ...]:
        """Read the events, with the sizes of the arms as offset."""
        a, n1, c, n2 = numbers(table, "events1", "n1", "events2", "n2")
        return (Binomial(a, a + c, np.log(n1 / n2)),)
