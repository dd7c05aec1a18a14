"""Autoregression in continuous time."""

import math
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from consilience.classical.multilevel.codes import Grouping, numbers
from consilience.classical.multilevel.components.structure import Layout, Structure, clusters
from consilience.classical.multilevel.correlations import Continuous, Correlation
from consilience.classical.multilevel.shape import Shape
from consilience.effects import Effects


@final
@dataclass(frozen=True, slots=True)
class ContinuousFirstOrder(Structure):
    """One variance tau²; the correlation of two times is rho to the time between them.

    Parameters
    ----------
    inner : str
        Column of times, numbers of any unit.
    outer : str
        Column of the clusters, or a path of columns such as ``"lab/study"``.
    rho : float
        Correlation one unit of time apart, held at this value; estimated where it is nan.

    References
    ----------
    Trikalinos TA, Olkin I (2012). Clinical Trials 9:610–620. doi:10.1177/1740774512453218
    """

    code: ClassVar[str] = "CAR"
    rho: float = math.nan

    def correlation(self, layout: Layout) -> Correlation:
        """By the time between two levels."""
        layout.needs_company()
        times = np.array([float(level) for level in layout.levels])
        return Continuous(np.abs(times[:, None] - times))

    def own(self, layout: Layout) -> tuple[str, ...]:  # noqa: ARG002
        """None: all share one variance."""
        return ()

    def given(self, shape: Shape) -> list[tuple[int, float]]:
        """Hold the correlation, where it is given."""
        return [(shape.variances, self.rho)]

    def _read(self, effects: Effects) -> tuple[Grouping, Grouping]:
        return numbers(effects, self.inner)[0], clusters(effects, self.outer)
