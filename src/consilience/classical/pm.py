"""Paule and Mandel's estimator."""

import math
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from consilience.classical.base import Estimator
from consilience.classical.batch import Batch
from consilience.classical.qprofile import tau2_at, tau2_many_at
from consilience.classical.wls import Floats, Weighted

type Residual = int | NDArray[np.int64]


class ByGeneralisedQ(Estimator):
    """The estimators that solve ``y'P y = Q₀``, P at the tau² sought.

    ``Q₀`` is the expectation ``k - p`` of chi-square, unless an estimator says otherwise.
    """

    @staticmethod
    def aim(df: Residual) -> Floats:
        """Give ``Q₀`` for ``k - p`` degrees of freedom, one or many, of the same shape."""
        return np.asarray(df, dtype=float)

    def tau2(self, y: Floats, v: Floats, X: Floats) -> float:
        """Solve for the tau² at which Q is ``Q₀``; zero where it is below already.

        Raises
        ------
        ConvergenceError
            If the search does not end; the message says how far it came.
        """
        return tau2_at(y, v, X, Q=float(self.aim(X.shape[0] - X.shape[1])))

    def tau2_se(self, y: Floats, v: Floats, X: Floats, *, tau2: float) -> float:
        """``k √(2 / (k - p)) / Σw`` with ``w = 1 / (v + tau²)``."""
        fit = Weighted(y, v, X, tau2)
        return len(v) * math.sqrt(2 / fit.df) / float(fit.weights.sum())

    def tau2_many(self, batch: Batch) -> Floats:
        """Roots of many sets at once."""
        return tau2_many_at(batch, Q=self.aim(batch.df))


@final
class PauleMandel(ByGeneralisedQ):
    """``y'P y = k - p`` with the weights ``1 / (v + tau²)``.

    References
    ----------
    Paule RC, Mandel J (1982). Journal of Research of the National Bureau of Standards 87:377–385.
    doi:10.6028/jres.087.022
    """

    code: ClassVar[str] = "PM"
    label: ClassVar[str] = "Paule–Mandel"
