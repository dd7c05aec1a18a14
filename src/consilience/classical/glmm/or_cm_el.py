"""The conditional logistic model with its exact likelihood."""

from dataclasses import dataclass
from typing import ClassVar, final

import pandas as pd

from consilience.classical.glmm.arms import Arm
from consilience.classical.glmm.conditional import OneLikelihood
from consilience.classical.glmm.counts import numbers
from consilience.classical.glmm.hypergeometric import Hypergeometric


@final
@dataclass(frozen=True, slots=True)
class OddsRatioConditional(OneLikelihood):
    """Events of the first arm given all margins, hypergeometric; ``theta ~ N(x'beta, tau²)``.

    No intercepts are left to estimate. A trial without events, or with nothing else, has one
    possible table and adds nothing.

    References
    ----------
    van Houwelingen HC, Zwinderman KH, Stijnen T (1993). Statistics in Medicine 12:2273–2284.
    doi:10.1002/sim.4780122405
    Stijnen T, Hamza TH, Özdemir P (2010). Statistics in Medicine 29:3046–3067.
    doi:10.1002/sim.4040
    """

    code: ClassVar[str] = "OR.CM.EL"
    label: ClassVar[str] = "hypergeometric–normal (exact conditional likelihood)"
    measure: ClassVar[str] = "OR"

    def arms(self, table: pd.DataFrame) -> tuple[Arm, ...]:
        """Read the tables with their margins."""
        return (Hypergeometric(*numbers(table, "events1", "n1", "events2", "n2")),)
