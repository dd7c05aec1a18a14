"""Hunter and Schmidt's estimator."""

import math
from typing import ClassVar, final

import numpy as np

from consilience.classical.base import Estimator
from consilience.classical.batch import Batch
from consilience.classical.wls import Floats, Weighted


@final
class HunterSchmidt(Estimator):
    """``tau² = max(0, (Q - k) / Σw)`` with the weights ``w = 1 / v``; biased downwards.

    References
    ----------
    Schmidt FL, Hunter JE (2015). Methods of Meta-Analysis, third edition, chapter 9.
    Viechtbauer W (2005). Journal of Educational and Behavioral Statistics 30:261–293.
    doi:10.3102/10769986030003261
    """

    code: ClassVar[str] = "HS"
    label: ClassVar[str] = "Hunter–Schmidt"

    def tau2(self, y: Floats, v: Floats, X: Floats) -> float:
        """Weighted variance less its share of sampling error, cut off at zero."""
        fixed = Weighted(y, v, X)
        return max(0.0, (fixed.Q - len(v)) / float(fixed.weights.sum()))

    def tau2_se(self, y: Floats, v: Floats, X: Floats, *, tau2: float) -> float:
        """``√(2 (k-p) + 4 tau² tr P + 2 tau⁴ tr PP) / Σw``: the spread of Q under normality."""
        fixed = Weighted(y, v, X)
        return math.sqrt(fixed.q_variance(tau2)) / float(fixed.weights.sum())

    def tau2_many(self, batch: Batch) -> Floats:
        """As for one set, many at once."""
        fixed = batch.at(np.zeros(len(batch.y)))
        return np.maximum(0.0, (fixed.Q - batch.k) / fixed.total)
