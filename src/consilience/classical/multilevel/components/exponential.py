"""Spatial correlation that falls exponentially."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from consilience.classical.multilevel.components.spatial import Spatial
from consilience.classical.multilevel.correlations.base import Floats


@final
@dataclass(frozen=True, slots=True, eq=False)
class Exponential(Spatial):
    """Correlation ``exp(-d / rho)`` of two places at the distance d.

    Parameters
    ----------
    place : str
        Column of the places.
    distances : DataFrame
        Distances, rows and columns labelled by the places.
    outer : str
        Column of clusters between which nothing is correlated; none if empty.
    rho : float
        Range, held at this value; estimated where it is nan.
    """

    code: ClassVar[str] = "SPEXP"

    @staticmethod
    def kernel(x: Floats) -> tuple[Floats, Floats]:
        """See the class."""
        height = np.exp(-x)
        return height, -height
