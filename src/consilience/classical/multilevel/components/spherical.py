"""Spatial correlation by the overlap of spheres."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from consilience.classical.multilevel.components.spatial import Spatial
from consilience.classical.multilevel.correlations.base import Floats


@final
@dataclass(frozen=True, slots=True, eq=False)
class Spherical(Spatial):
    """Correlation ``1 - 3/2 d/rho + 1/2 (d/rho)³`` up to the distance rho, then none.

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

    code: ClassVar[str] = "SPSPH"
    bent: ClassVar[bool] = True

    @staticmethod
    def kernel(x: Floats) -> tuple[Floats, Floats]:
        """See the class."""
        near = np.minimum(x, 1.0)
        return 1 - 1.5 * near + 0.5 * near**3, -1.5 + 1.5 * near**2
