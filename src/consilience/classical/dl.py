"""DerSimonian and Laird's estimator: by the method of moments from Cochran's Q."""

import math
from typing import ClassVar, final

import numpy as np

from consilience.classical.base import Estimator
from consilience.classical.batch import Batch
from consilience.classical.wls import Floats, Weighted


@final
class DerSimonianLaird(Estimator):
    """``tau² = max(0, (Q - (k - p)) / tr P)`` with the weights ``1 / v``.

    References
    ----------
    DerSimonian R, Laird N (1986). Controlled Clinical Trials 7:177–188.
    doi:10.1016/0197-2456(86)90046-2
    Raudenbush SW (2009), in The Handbook of Research Synthesis, for moderators.
    """

    code: ClassVar[str] = "DL"
    label: ClassVar[str] = "DerSimonian–Laird"

    def tau2(self, y: Floats, v: Floats, X: Floats) -> float:
        """Moment estimate, cut off at zero."""
        fixed = Weighted(y, v, X)
        return max(0.0, (fixed.Q - fixed.df) / fixed.trace)

    def tau2_se(self, y: Floats, v: Floats, X: Floats, *, tau2: float) -> float:
        """``√(2 (k-p) + 4 tau² tr P + 2 tau⁴ tr PP) / tr P``: the spread of Q under normality."""
        fixed = Weighted(y, v, X)
        return math.sqrt(fixed.q_variance(tau2)) / fixed.trace

    def tau2_many(self, batch: Batch) -> Floats:
        """Moment estimates of many sets at once."""
        fixed = batch.at(np.zeros(len(batch.y)))
        return np.maximum(0.0, (fixed.Q - batch.df) / fixed.trace)
