"""First-order autoregression with a variance for each level."""

import math
from dataclasses import dataclass
from typing import ClassVar, final

from consilience.classical.multilevel.components.structure import Layout, Structure
from consilience.classical.multilevel.correlations import Autoregressive, Correlation
from consilience.classical.multilevel.shape import Shape


@final
@dataclass(frozen=True, slots=True)
class HeteroscedasticFirstOrder(Structure):
    """A variance tau² for each level; correlation rho to the number of steps between two levels.

    Parameters
    ----------
    inner : str
        Column of the levels.
    outer : str
        Column of the clusters, or a path of columns such as ``"lab/study"``.
    rho : float
        Held at this value; estimated where it is nan.

    References
    ----------
    Trikalinos TA, Olkin I (2012). Clinical Trials 9:610–620. doi:10.1177/1740774512453218
    """

    code: ClassVar[str] = "HAR"
    rho: float = math.nan

    def correlation(self, layout: Layout) -> Correlation:
        """By the number of steps between two levels, in the order of their numbers or names."""
        layout.needs_company()
        return Autoregressive(len(layout.levels))

    def own(self, layout: Layout) -> tuple[str, ...]:
        """All of them."""
        layout.needs_repeats()
        return layout.levels

    def given(self, shape: Shape) -> list[tuple[int, float]]:
        """Hold the correlation, where it is given."""
        return [(shape.variances, self.rho)]
