"""What the estimators by one moment share: tau² at which Q equals its expectation."""

import math
from abc import abstractmethod

import numpy as np

from consilience.classical.base import Estimator
from consilience.classical.batch import Batch, BatchWeighted
from consilience.classical.forms import QuadraticForm
from consilience.classical.wls import Floats


class MomentEstimator(Estimator):
    """``tau² = max(0, (Q - tr PV) / tr P)`` with fixed weights ``a`` in Q and P.

    References
    ----------
    DerSimonian R, Kacker R (2007). Contemporary Clinical Trials 28:105–114.
    doi:10.1016/j.cct.2006.04.004
    """

    @abstractmethod
    def weights(self, v: Floats) -> Floats:
        """Weights of the sum of squares, shape (k,), positive."""

    def tau2(self, y: Floats, v: Floats, X: Floats) -> float:
        """Moment estimate, cut off at zero."""
        form = QuadraticForm(y, X, self.weights(v))
        return max(0.0, (form.value - form.mean(v)) / form.trace)

    def tau2_se(self, y: Floats, v: Floats, X: Floats, *, tau2: float) -> float:
        """``√(2 tr PSPS) / tr P``, ``S = V + tau²``: the spread of Q under normality."""
        form = QuadraticForm(y, X, self.weights(v))
        return math.sqrt(form.variance(v + tau2)) / form.trace

    def tau2_many(self, batch: Batch) -> Floats:
        """Moment estimates of many sets at once."""
        a = np.where(batch.present, self.weights(batch.v), 0.0)
        form = BatchWeighted(batch, a)
        expected = np.sum(a * batch.v, axis=1) - np.sum(a * a * batch.v, axis=1) / form.total
        return np.maximum(0.0, (form.Q - expected) / form.trace)
