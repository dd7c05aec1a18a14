"""The generalised Q interval."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.classical.base import Estimator
from consilience.classical.forms import QuadraticForm
from consilience.classical.intervals.base import Tau2Interval
from consilience.classical.quantile import tau2_at_probability
from consilience.classical.weighting import PowerOfVariance, Weighting
from consilience.classical.wls import StandardForm

_DEFAULT = PowerOfVariance()


@final
@dataclass(frozen=True, slots=True)
class GeneralisedQInterval(Tau2Interval):
    """The tau² at which the observed Q, of fixed weights, is no surprise; exact under normality.

    Parameters
    ----------
    weighting : Weighting
        Weights of Q, ``1 / √v`` unless told otherwise; ``PowerOfVariance(1)`` gives Biggerstaff
        and Jackson's interval, from Cochran's Q.

    References
    ----------
    Biggerstaff BJ, Jackson D (2008). Statistics in Medicine 27:6093–6110. doi:10.1002/sim.3425
    Jackson D (2013). Research Synthesis Methods 4:220–229. doi:10.1002/jrsm.1081
    """

    code: ClassVar[str] = "GENQ"
    label: ClassVar[str] = "generalised Q"
    weighting: Weighting = _DEFAULT

    def ends(
        self,
        problem: StandardForm,
        estimator: Estimator,  # noqa: ARG002
        *,
        tau2: float,  # noqa: ARG002
        level: float,
    ) -> tuple[float, float]:
        """Solve ``P(Q <= observed; tau²)`` for both tails; goes with every estimator."""
        y, v, X = problem.data
        form = QuadraticForm(y, X, self.weighting.weights(v))
        tail = (1 - level) / 2
        return (
            tau2_at_probability(form, v, probability=1 - tail),
            tau2_at_probability(form, v, probability=tail),
        )
