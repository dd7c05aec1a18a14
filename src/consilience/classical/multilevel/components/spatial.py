"""What the spatial components share: effects of places, correlated by their distance."""

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from consilience.classical.multilevel.codes import everything, path, read
from consilience.classical.multilevel.components.base import Component
from consilience.classical.multilevel.components.matrices import square
from consilience.classical.multilevel.correlations import Distance
from consilience.classical.multilevel.correlations.base import Floats
from consilience.classical.multilevel.shape import Shape
from consilience.classical.multilevel.term import Term
from consilience.effects import Effects
from consilience.errors import DataError, ModelError, Problem


@dataclass(frozen=True, slots=True, eq=False)
class Spatial(Component):
    """One effect for each place, of one variance tau² and a correlation that falls with distance.

    Parameters
    ----------
    place : str
        Column of the places.
    distances : DataFrame
        Distances, rows and columns labelled by the places; more of them may be there.
    outer : str
        Column of clusters between which nothing is correlated; none if empty.
    rho : float
        Range, held at this value; estimated where it is nan.
    """

    bent: ClassVar[bool] = False
    """Whether the correlation ends at a distance."""
    place: str
    distances: pd.DataFrame
    outer: str = ""
    rho: float = math.nan

    def lay(self, effects: Effects) -> tuple[Term, ...]:
        """Read the places and their distances; see the class.

        Raises
        ------
        DataError
            If the table is none of distances.
        ModelError
            For fewer than three places, and a range that is held at no positive distance.
        """
        places = read(effects, self.place)
        apart = square(self.distances, places.levels, column=self.place)
        _check(apart, places.levels, column=self.place)
        whole = not self.outer
        outer = everything(effects.k) if whole else path(effects, tuple(self.outer.split("/")))
        if self.rho <= 0 or math.isinf(self.rho):
            raise ModelError(f"The range is held at {self.rho!r}; give a positive distance.")
        shape = Shape(len(apart), Distance(apart, self.kernel, self.bent))
        held = {} if math.isnan(self.rho) else {1: self.rho}
        label = f"{self.place} ({self.code})" if whole else f"{self.place} | {self.outer}"
        return (Term(label, outer, places, shape, held),)

    @staticmethod
    @abstractmethod
    def kernel(x: Floats) -> tuple[Floats, Floats]:
        """Give correlation and its derivative at distances in ranges."""


def _check(apart: Floats, places: tuple[str, ...], *, column: str) -> None:
    """Refuse fewer than three places, and what is no table of distances."""
    if len(places) < 3:
        raise ModelError(
            f"There are {len(places)} places in {column!r}; a range needs at least three. Use "
            f'Intercept("{column}").'
        )
    remedy = "Distances are zero from a place to itself and positive between places."
    off = apart + np.eye(len(apart))
    wrong = (off <= 0) | (np.eye(len(apart)) * apart != 0)
    if wrong.any():
        i, j = np.argwhere(wrong)[0]
        where = f"{places[i]}, {places[j]}"
        raise DataError([Problem("This is no table of distances", remedy, "", column, where)])
