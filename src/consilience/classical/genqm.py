"""The median-unbiased generalised Q estimator."""

import math
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from consilience.classical.base import Estimator
from consilience.classical.batch import Batch
from consilience.classical.batch_forms import BatchForm
from consilience.classical.forms import QuadraticForm
from consilience.classical.quantile import falling_quantiles, tau2_at_probability
from consilience.classical.weighting import PowerOfVariance, Weighting, refuse_others
from consilience.classical.wls import Floats

_DEFAULT = PowerOfVariance()


@final
@dataclass(frozen=True, slots=True)
class MedianGeneralisedQ(Estimator):
    """The tau² at which the observed generalised Q is the median of its distribution.

    Parameters
    ----------
    weighting : Weighting
        Weights of Q, ``1 / √v`` unless told otherwise.

    Raises
    ------
    ModelError
        For weights that are no rule.

    References
    ----------
    Viechtbauer W (2021), in Handbook of Meta-Analysis (Schmid, Stijnen, White, eds), chapter 16.
    Jackson D (2013). Research Synthesis Methods 4:220–229. doi:10.1002/jrsm.1081
    """

    code: ClassVar[str] = "GENQM"
    label: ClassVar[str] = "Median-unbiased generalised Q"
    weighting: Weighting = _DEFAULT

    def __post_init__(self) -> None:
        """Refuse what gives no weights."""
        refuse_others(self.weighting)

    def tau2(self, y: Floats, v: Floats, X: Floats) -> float:
        """Solve ``P(Q <= observed; tau²) = 1/2``; zero where it is below already.

        Raises
        ------
        ConvergenceError
            If the distribution of Q cannot be computed.
        """
        form = QuadraticForm(y, X, self.weighting.weights(v))
        return tau2_at_probability(form, v, probability=0.5)

    def tau2_se(self, y: Floats, v: Floats, X: Floats, *, tau2: float) -> float:
        """``√(2 tr PSPS) / tr P``, as of the moment estimator with the same weights."""
        form = QuadraticForm(y, X, self.weighting.weights(v))
        return math.sqrt(form.variance(v + tau2)) / form.trace

    def tau2_many(self, batch: Batch) -> Floats:
        """As for one set, many at once."""
        a = np.where(batch.present, self.weighting.weights(batch.v), 0.0)
        form = BatchForm(batch, a)
        growth = form.growth()
        told = growth.value > 0

        def excess(places: NDArray[np.int64], tau2: Floats) -> Floats:
            below = form.cdf(np.where(told, growth.value, 1.0), tau2, places=places) - 0.5
            return np.where(told[places], below, -0.5)

        return falling_quantiles(excess, growth, score=0.0)
