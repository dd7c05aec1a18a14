"""Compound symmetry with a variance for each level."""

import math
from dataclasses import dataclass
from typing import ClassVar, final

from consilience.classical.multilevel.components.structure import Layout, Structure
from consilience.classical.multilevel.correlations import Compound, Correlation
from consilience.classical.multilevel.shape import Shape


@final
@dataclass(frozen=True, slots=True)
class HeteroscedasticCompoundSymmetry(Structure):
    """A variance tau² for each level, and one correlation rho of any two in a cluster.

    Parameters
    ----------
    inner : str
        Column of the levels.
    outer : str
        Column of the clusters, or a path of columns such as ``"lab/study"``.
    rho : float
        Held at this value; estimated where it is nan.
    """

    code: ClassVar[str] = "HCS"
    rho: float = math.nan

    def correlation(self, layout: Layout) -> Correlation:
        """One for any two levels."""
        layout.needs_company()
        return Compound(len(layout.levels), layout.together())

    def own(self, layout: Layout) -> tuple[str, ...]:
        """All of them."""
        layout.needs_repeats()
        return layout.levels

    def given(self, shape: Shape) -> list[tuple[int, float]]:
        """Hold the correlation, where it is given."""
        return [(shape.variances, self.rho)]
