"""The median-unbiased Paule–Mandel estimator."""

import math
from typing import ClassVar, final

import numpy as np
from scipy.special import chdtri

from consilience.classical.base import Estimator
from consilience.classical.batch import Batch
from consilience.classical.qprofile import tau2_at, tau2_many_at
from consilience.classical.wls import Floats, Weighted


@final
class MedianPauleMandel(Estimator):
    """``y'P y`` equals the median of chi-square with ``k - p`` degrees of freedom.

    References
    ----------
    Viechtbauer W (2021), in Handbook of Meta-Analysis (Schmid, Stijnen, White, eds), chapter 16.
    """

    code: ClassVar[str] = "PMM"
    label: ClassVar[str] = "Median-unbiased Paule–Mandel"

    def tau2(self, y: Floats, v: Floats, X: Floats) -> float:
        """Solve for the tau² at which Q is at its median; zero where it is below already.

        Raises
        ------
        ConvergenceError
            If the search does not end; the message says how far it came.
        """
        return tau2_at(y, v, X, Q=float(chdtri(X.shape[0] - X.shape[1], 0.5)))

    def tau2_se(self, y: Floats, v: Floats, X: Floats, *, tau2: float) -> float:
        """``k √(2 / (k - p)) / Σw`` with ``w = 1 / (v + tau²)``, as of Paule and Mandel's."""
        fit = Weighted(y, v, X, tau2)
        return len(v) * math.sqrt(2 / fit.df) / float(fit.weights.sum())

    def tau2_many(self, batch: Batch) -> Floats:
        """Roots of many sets at once."""
        return tau2_many_at(batch, Q=np.asarray(chdtri(batch.df, 0.5)))
