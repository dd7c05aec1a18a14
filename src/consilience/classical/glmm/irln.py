"""The Poisson–normal model of one group."""

from dataclasses import dataclass
from typing import ClassVar, final

import pandas as pd

from consilience.classical.glmm.arms import Arm, Poisson
from consilience.classical.glmm.conditional import OneLikelihood
from consilience.classical.glmm.counts import numbers


@final
@dataclass(frozen=True, slots=True)
class Rate(OneLikelihood):
    """``events ~ Poisson(t rate)``, ``log rate ~ N(x'beta, tau²)``; trials without events count.

    References
    ----------
    Stijnen T, Hamza TH, Özdemir P (2010). Statistics in Medicine 29:3046–3067.
    doi:10.1002/sim.4040
    """

    code: ClassVar[str] = "IRLN"
    label: ClassVar[str] = "Poisson–normal, one group"
    measure: ClassVar[str] = "IRLN"
    drops: ClassVar[bool] = False

    def arms(self, table: pd.DataFrame) -> tuple[Arm, ...]:
        """Read one Poisson group."""
        return (Poisson(*numbers(table, "events", "person_time")),)
