"""First-order autoregression over levels in their order."""

from dataclasses import dataclass
from typing import final

import numpy as np

from consilience.classical.multilevel.correlations.base import Bounded, Floats


@final
@dataclass(frozen=True, slots=True)
class Autoregressive(Bounded):
    """``rho^|i - j|`` for the levels i and j counted in their order, rho from -1 to 1.

    Parameters
    ----------
    n : int
        Number of levels.
    """

    n: int

    @property
    def limit(self) -> tuple[float, float]:
        """-1 and 1."""
        return -1.0, 1.0

    def at(self, value: float) -> tuple[Floats, Floats]:
        """Build the matrix and ``|i - j| rho^(|i - j| - 1)``."""
        place = np.arange(self.n)
        apart = np.abs(place[:, None] - place)
        slope = apart * value ** np.maximum(apart - 1, 0)
        return np.asarray(value**apart, dtype=float), np.asarray(slope, dtype=float)
