"""The Q-profile interval."""

from typing import ClassVar, final

from consilience.classical.base import Estimator
from consilience.classical.intervals.base import Tau2Interval
from consilience.classical.qprofile import tau2_interval
from consilience.classical.wls import StandardForm


@final
class QProfile(Tau2Interval):
    """Where ``Q(tau²) = y'P y`` meets the quantiles of chi-square; goes with every estimator.

    References
    ----------
    Viechtbauer W (2007). Statistics in Medicine 26:37–52. doi:10.1002/sim.2514
    """

    code: ClassVar[str] = "QP"
    label: ClassVar[str] = "Q-profile"

    def ends(
        self,
        problem: StandardForm,
        estimator: Estimator,  # noqa: ARG002
        *,
        tau2: float,  # noqa: ARG002
        level: float,
    ) -> tuple[float, float]:
        """Solve for both ends; zero where the estimates agree better than chance allows."""
        return tau2_interval(*problem.data, level=level)
