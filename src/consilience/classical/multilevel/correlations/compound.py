"""Compound symmetry: one correlation between any two levels."""

from dataclasses import dataclass
from typing import final

import numpy as np

from consilience.classical.multilevel.correlations.base import Bounded, Floats


@final
@dataclass(frozen=True, slots=True)
class Compound(Bounded):
    """``rho`` off the diagonal, from ``-1 / (m - 1)`` to 1.

    Parameters
    ----------
    n : int
        Number of levels.
    together : int
        m, the most levels that any cluster holds; a lower rho would not be a correlation there.
    """

    n: int
    together: int

    @property
    def limit(self) -> tuple[float, float]:
        """``-1 / (m - 1)`` and 1."""
        return -1.0 / (self.together - 1), 1.0

    def at(self, value: float) -> tuple[Floats, Floats]:
        """Build the matrix, and ones off the diagonal."""
        off = 1.0 - np.eye(self.n)
        return np.eye(self.n) + value * off, off
