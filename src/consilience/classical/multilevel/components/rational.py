"""Spatial correlation that falls as a ratio of squares."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.classical.multilevel.components.spatial import Spatial
from consilience.classical.multilevel.correlations.base import Floats


@final
@dataclass(frozen=True, slots=True, eq=False)
class Rational(Spatial):
    """Correlation ``1 / (1 + d² / rho²)`` of two places at the distance d.

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

    code: ClassVar[str] = "SPRAT"

    @staticmethod
    def kernel(x: Floats) -> tuple[Floats, Floats]:
        """See the class."""
        height = 1 / (1 + x**2)
        return height, -2 * x * height**2
