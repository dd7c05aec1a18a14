"""Hunter and Schmidt's estimator with a correction for few trials."""

import math
from typing import ClassVar, final

import numpy as np

from consilience.classical.base import Estimator
from consilience.classical.batch import Batch
from consilience.classical.wls import Floats, Weighted


@final
class SmallSampleHunterSchmidt(Estimator):
    """``tau² = max(0, (k / (k - p) Q - k) / Σw)`` with the weights ``w = 1 / v``.

    References
    ----------
    Brannick MT, Potter SM, Benitez B, Morris SB (2019). Organizational Research Methods
    22:490–514. doi:10.1177/1094428117725792
    """

    code: ClassVar[str] = "HSk"
    label: ClassVar[str] = "Hunter–Schmidt, corrected for k"

    def tau2(self, y: Floats, v: Floats, X: Floats) -> float:
        """As Hunter and Schmidt's, with the variance over ``k - p`` in place of ``k``."""
        fixed, k = Weighted(y, v, X), len(v)
        return max(0.0, (k / fixed.df * fixed.Q - k) / float(fixed.weights.sum()))

    def tau2_se(self, y: Floats, v: Floats, X: Floats, *, tau2: float) -> float:
        """``k / (k - p) √(2 (k-p) + 4 tau² tr P + 2 tau⁴ tr PP) / Σw``."""
        fixed = Weighted(y, v, X)
        spread = math.sqrt(fixed.q_variance(tau2)) / float(fixed.weights.sum())
        return len(v) / fixed.df * spread

    def tau2_many(self, batch: Batch) -> Floats:
        """As for one set, many at once."""
        fixed, k = batch.at(np.zeros(len(batch.y))), batch.k
        return np.maximum(0.0, (k / batch.df * fixed.Q - k) / fixed.total)
