"""Hartung and Makambi's estimator, which is never zero where trials differ at all."""

import math
from typing import ClassVar, final

import numpy as np

from consilience.classical.base import Estimator
from consilience.classical.batch import Batch
from consilience.classical.wls import Floats, Weighted


@final
class HartungMakambi(Estimator):
    """``tau² = Q² / ((2 (k - p) + Q) tr P)`` with the weights ``1 / v``.

    References
    ----------
    Hartung J, Makambi KH (2003). Communications in Statistics: Simulation and Computation
    32:1179–1190. doi:10.1081/SAC-120023884
    """

    code: ClassVar[str] = "HM"
    label: ClassVar[str] = "Hartung–Makambi"

    def tau2(self, y: Floats, v: Floats, X: Floats) -> float:
        """DerSimonian and Laird's moment, shrunk smoothly instead of cut off."""
        fixed = Weighted(y, v, X)
        return fixed.Q**2 / ((2 * fixed.df + fixed.Q) * fixed.trace)

    def tau2_se(self, y: Floats, v: Floats, X: Floats, *, tau2: float) -> float:
        """By the delta method from the spread of Q under normality."""
        fixed = Weighted(y, v, X)
        Q, twice = fixed.Q, 2 * fixed.df
        slope = (Q**2 + 2 * twice * Q) / ((twice + Q) ** 2 * fixed.trace)
        return slope * math.sqrt(fixed.q_variance(tau2))

    def tau2_many(self, batch: Batch) -> Floats:
        """As for one set, many at once."""
        fixed = batch.at(np.zeros(len(batch.y)))
        return fixed.Q**2 / ((2 * batch.df + fixed.Q) * fixed.trace)
