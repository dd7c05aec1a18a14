"""What an adjustment for multiplicity is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import stdtr, stdtrit

from consilience.classical.wls import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """The tests that are made together.

    Parameters
    ----------
    statistic : ndarray, shape (m,)
        Each ``estimate / se``.
    correlation : ndarray, shape (m, m)
        Of the estimates.
    df : float
        Degrees of freedom of the reference distribution; infinite for the normal.
    """

    statistic: Floats
    correlation: Floats
    df: float

    @property
    def p_values(self) -> Floats:
        """Two-sided p values, each test by itself, shape (m,)."""
        return np.asarray(2 * stdtr(self.df, -np.abs(self.statistic)))

    def quantile(self, tail: float) -> float:
        """Give the value that one statistic passes to either side with this probability."""
        return float(-stdtrit(self.df, tail / 2))


class Adjustment(ABC):
    """A rule that makes p values answer for all tests of a family.

    To add one: a file with a final subclass, and a line in the folder's registry.
    """

    code: ClassVar[str]
    """Its name in the registry."""
    label: ClassVar[str]
    """Its name in tables."""
    simultaneous: ClassVar[bool] = False
    """Whether its intervals hold all at once with the stated level."""

    @abstractmethod
    def p_values(self, family: Family) -> Floats:
        """Adjust the p values, shape (m,), none smaller than before nor above one."""

    def critical(self, family: Family, *, level: float) -> float:
        """Give the half-width of intervals in standard errors: that of one interval by itself.

        Rules that go stepwise through the p values have no intervals of this shape.
        """
        return family.quantile(1 - level)
