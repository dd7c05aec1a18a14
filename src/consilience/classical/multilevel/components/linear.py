"""Spatial correlation that falls along a line."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from consilience.classical.multilevel.components.spatial import Spatial
from consilience.classical.multilevel.correlations.base import Floats


@final
@dataclass(frozen=True, slots=True, eq=False)
class Linear(Spatial):
    """Correlation ``1 - d / rho`` up to the distance rho, then none; a correlation on a line only.

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

    code: ClassVar[str] = "SPLIN"
    bent: ClassVar[bool] = True

    @staticmethod
    def kernel(x: Floats) -> tuple[Floats, Floats]:
        """See the class."""
        return np.maximum(1 - x, 0.0), np.where(x < 1, -1.0, 0.0)
