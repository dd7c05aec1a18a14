"""Restricted maximum likelihood."""

import math
from typing import ClassVar, final

import numpy as np

from consilience.classical.batch import BatchWeighted
from consilience.classical.likelihood import LikelihoodEstimator
from consilience.classical.wls import Floats, Weighted, log_restricted


@final
class RestrictedML(LikelihoodEstimator):
    """The tau² that maximises the restricted likelihood: ``y'PP y = tr P``.

    References
    ----------
    Viechtbauer W (2005). Journal of Educational and Behavioral Statistics 30:261–293.
    doi:10.3102/10769986030003261
    """

    code: ClassVar[str] = "REML"
    label: ClassVar[str] = "REML"

    def log_likelihood(self, y: Floats, v: Floats, X: Floats, *, tau2: Floats) -> Floats:
        """``½ (Σ log w - log|X'WX| - y'P y)``."""
        return log_restricted(y, v, X, tau2=tau2)

    def dimension(self, k: int, p: int) -> int:
        """K - p contrasts that are free of the coefficients."""
        return k - p

    def score(self, fit: Weighted) -> tuple[float, float]:
        """``y'PP y - tr P`` and its derivative."""
        return fit.squared - fit.trace, fit.trace2 - 2 * fit.cubed

    def tau2_se(self, y: Floats, v: Floats, X: Floats, *, tau2: float) -> float:
        """``√(2 / tr PP)`` at the estimate, from the expected information."""
        # Beside weights 1e8 times their size those of other estimates are lost in rounding.
        trace = Weighted(y, v, X, tau2).trace2
        return math.sqrt(2 / trace) if trace > 0 else math.nan

    def log_likelihood_many(self, fit: BatchWeighted) -> Floats:
        """As `log_likelihood`, for each set of a batch."""
        return 0.5 * (fit.logs - np.log(fit.total) - fit.Q)

    def score_many(self, fit: BatchWeighted) -> tuple[Floats, Floats]:
        """As `score`, for each set of a batch."""
        return fit.squared - fit.trace, fit.trace2 - 2 * fit.cubed
