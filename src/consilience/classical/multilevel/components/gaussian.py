"""Spatial correlation that falls like a bell."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from consilience.classical.multilevel.components.spatial import Spatial
from consilience.classical.multilevel.correlations.base import Floats


@final
@dataclass(frozen=True, slots=True, eq=False)
class Gaussian(Spatial):
    """Correlation ``exp(-d² / rho²)`` of two places at the distance d.

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

    code: ClassVar[str] = "SPGAU"

    @staticmethod
    def kernel(x: Floats) -> tuple[Floats, Floats]:
        """See the class."""
        height = np.exp(-(x**2))
        return height, -2 * x * height
