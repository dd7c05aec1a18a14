"""What a method of inference is: a reference distribution, and a factor on the covariance."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from scipy.special import stdtr, stdtrit

from consilience.classical.wls import Floats


class Inference(ABC):
    """A way from ``beta`` and ``(X'WX)⁻¹`` to tests and intervals.

    Everything is referred to Student's t; the normal is its limit at infinite degrees of freedom.
    """

    code: ClassVar[str]
    """Its name in the registry."""
    label: ClassVar[str]
    """Its name in tables and figures."""

    @abstractmethod
    def df(self, residual: int) -> float:
        """Degrees of freedom of the reference distribution, given ``k - p``."""

    @abstractmethod
    def factor(self, mean_square: float) -> float:
        """Multiplier of the covariance, given ``y'Py / (k - p)`` at the estimated tau²."""

    def critical(self, level: float, residual: int) -> float:
        """Half-width of an interval in standard errors; ``nan`` without degrees of freedom."""
        return float(stdtrit(self.df(residual), 0.5 + level / 2))

    def p_value(self, statistic: Floats, residual: int) -> Floats:
        """Two-sided p values."""
        return np.asarray(2 * stdtr(self.df(residual), -np.abs(statistic)))
