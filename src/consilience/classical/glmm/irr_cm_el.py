"""The conditional Poisson model."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
import pandas as pd

from consilience.classical.glmm.arms import Arm, Binomial
from consilience.classical.glmm.conditional import OneLikelihood
from consilience.classical.glmm.counts import numbers


@final
@dataclass(frozen=True, slots=True)
class RateRatioConditional(OneLikelihood):
    """Events of the first arm given those of both: ``Binomial(m, expit(theta + log(t1 / t2)))``.

    Exact for Poisson arms. A trial without events adds nothing.

    References
    ----------
    Stijnen T, Hamza TH, Özdemir P (2010). Statistics in Medicine 29:3046–3067.
    doi:10.1002/sim.4040
    """

    code: ClassVar[str] = "IRR.CM.EL"
    label: ClassVar[str] = "binomial–normal given the events (exact conditional likelihood)"
    measure: ClassVar[str] = "IRR"

    def arms(self, table: pd.DataFrame) -> tuple[Arm, ...]:
        """Read the events, with the person-times as offset."""
        names = ("events1", "person_time1", "events2", "person_time2")
        x1, t1, x2, t2 = numbers(table, *names)
        return (Binomial(x1, x1 + x2, np.log(t1) - np.log(t2)),)
