"""What a confidence interval of tau² is."""

from abc import ABC, abstractmethod
from typing import ClassVar

from consilience.classical.base import Estimator
from consilience.classical.wls import StandardForm


class Tau2Interval(ABC):
    """A way to an interval of the between-trial variance."""

    code: ClassVar[str]
    """Its name in the registry."""
    label: ClassVar[str]
    """Its name in tables and figures."""

    @abstractmethod
    def ends(
        self, problem: StandardForm, estimator: Estimator, *, tau2: float, level: float
    ) -> tuple[float, float]:
        """Find both ends.

        Parameters
        ----------
        problem : StandardForm
            The regression, with ``k > p``.
        estimator : Estimator
            By which ``tau2`` was estimated.
        tau2 : float
            The estimate.
        level : float
            Probability content, such as 0.95.

        Raises
        ------
        RefusalError
            If the interval does not go with the estimator; the message says which do.
        ConvergenceError
            If an end is not found.
        """
