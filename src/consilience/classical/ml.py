"""Maximum likelihood."""

import math
from typing import ClassVar, final

from consilience.classical.batch import BatchWeighted
from consilience.classical.likelihood import LikelihoodEstimator
from consilience.classical.wls import Floats, Weighted, log_likelihood


@final
class MaximumLikelihood(LikelihoodEstimator):
    """The tau² that maximises the likelihood: ``y'PP y = Σw``; biased downwards in few trials.

    References
    ----------
    Hardy RJ, Thompson SG (1996). Statistics in Medicine 15:619–629.
    doi:10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A
    """

    code: ClassVar[str] = "ML"
    label: ClassVar[str] = "Maximum likelihood"

    def log_likelihood(self, y: Floats, v: Floats, X: Floats, *, tau2: Floats) -> Floats:
        """``½ (Σ log w - y'P y)``."""
        return log_likelihood(y, v, X, tau2=tau2)

    def dimension(self, k: int, p: int) -> int:  # noqa: ARG002
        """All k estimates."""
        return k

    def score(self, fit: Weighted) -> tuple[float, float]:
        """``y'PP y - Σw`` and its derivative."""
        w = fit.weights
        return fit.squared - float(w.sum()), float(w @ w) - 2 * fit.cubed

    def tau2_se(self, y: Floats, v: Floats, X: Floats, *, tau2: float) -> float:
        """``√(2 / Σw²)`` at the estimate, from the expected information."""
        w = Weighted(y, v, X, tau2).weights
        return math.sqrt(2 / float(w @ w))

    def log_likelihood_many(self, fit: BatchWeighted) -> Floats:
        """As `log_likelihood`, for each set of a batch."""
        return 0.5 * (fit.logs - fit.Q)

    def score_many(self, fit: BatchWeighted) -> tuple[Floats, Floats]:
        """As `score`, for each set of a batch."""
        return fit.squared - fit.total, fit.squares - 2 * fit.cubed
