"""First-order autoregression over ordered levels."""

import math
from dataclasses import dataclass
from typing import ClassVar, final

from consilience.classical.multilevel.components.structure import Layout, Structure
from consilience.classical.multilevel.correlations import Autoregressive, Correlation
from consilience.classical.multilevel.shape import Shape


@final
@dataclass(frozen=True, slots=True)
class FirstOrder(Structure):
    """One variance tau²; the correlation of two levels is rho to the number of steps between them.

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
    Ishak KJ, Platt RW, Joseph L, Hanley JA, Caro JJ (2007). Clinical Trials 4:525–539.
    doi:10.1177/1740774507083567
    """

    code: ClassVar[str] = "AR"
    rho: float = math.nan

    def correlation(self, layout: Layout) -> Correlation:
        """By the number of steps between two levels, in the order of their numbers or names."""
        layout.needs_company()
        return Autoregressive(len(layout.levels))

    def own(self, layout: Layout) -> tuple[str, ...]:  # noqa: ARG002
        """None: all share one variance."""
        return ()

    def given(self, shape: Shape) -> list[tuple[int, float]]:
        """Hold the correlation, where it is given."""
        return [(shape.variances, self.rho)]
