"""All free coordinates of all terms in one vector."""

from collections.abc import Sequence
from itertools import pairwise
from typing import final

import numpy as np
from numpy.typing import NDArray

from consilience.classical.multilevel.correlations.base import Floats
from consilience.classical.multilevel.term import Term

_LOW = 0.1


@final
class Parameters:
    """The coordinates of several terms; those of held parameters are fixed.

    Parameters
    ----------
    terms : sequence of Term
    unit : float
        Variance that counts as one inside.
    """

    def __init__(self, terms: Sequence[Term], unit: float) -> None:
        self.terms = terms
        self.sizes = [len(term.shape.names) for term in terms]
        ends = np.cumsum(self.sizes, dtype=int).tolist()
        self.spans = [slice(*each) for each in pairwise([0, *ends])]
        self.fixed = np.concatenate([_fixed(term, unit) for term in terms] or [np.empty(0)])
        self.free: NDArray[np.bool_] = np.isnan(self.fixed)

    @property
    def deviations(self) -> NDArray[np.bool_]:
        """Which of the free coordinates are standard deviations."""
        marks = [np.arange(len(t.shape.names)) < t.shape.variances for t in self.terms]
        return np.concatenate(marks)[self.free] if marks else self.free

    @property
    def count(self) -> int:
        """Number of free coordinates."""
        return int(self.free.sum())

    def full(self, u: Floats) -> Floats:
        """Fill the free coordinates in between those that are held."""
        whole = self.fixed.copy()
        whole[self.free] = u
        return whole

    def parts(self, u: Floats) -> list[Floats]:
        """Give each term its coordinates, held ones included."""
        whole = self.full(u)
        return [whole[span] for span in self.spans]

    def matrices(self, u: Floats) -> list[Floats]:
        """Build the G of each term."""
        pairs = zip(self.terms, self.parts(u), strict=True)
        return [term.shape.matrix(part) for term, part in pairs]

    def slope(self, u: Floats, pulls: Sequence[Floats]) -> Floats:
        """``½ <H, dG>`` by each free coordinate."""
        parts = zip(self.terms, self.parts(u), pulls, strict=True)
        found = [np.sum(t.shape.slopes(part) * H, axis=(1, 2)) for t, part, H in parts]
        return 0.5 * np.concatenate(found)[self.free] if found else np.empty(0)

    def natural(self, u: Floats) -> list[Floats]:
        """Give the parameters of each term, variances in units."""
        pairs = zip(self.terms, self.parts(u), strict=True)
        return [term.shape.natural(part) for term, part in pairs]

    def starts(self, total: float) -> list[Floats]:
        """Give points to start from: a variance shared out in several ways."""
        number = len(self.terms)
        if not self.count:
            return [np.empty(0)]
        shares = [np.full(number, 1 / number)]
        if number > 1:
            light = 0.1 / (number - 1)
            shares += [np.where(np.arange(number) == at, 0.9, light) for at in range(number)]
        found = [
            self._start(total * size * share, tilt)
            for size in (1.0, 0.1, 0.01)
            for share in shares
            for tilt in self._tilts
        ]
        return found + [each for start in found[:2] for each in self._lopsided(start)]

    def _start(self, variances: Floats, tilt: float) -> Floats:
        pairs = zip(self.terms, variances, strict=True)
        return np.concatenate([t.shape.start(float(s), tilt) for t, s in pairs])[self.free]

    def _lopsided(self, start: Floats) -> list[Floats]:
        """Turn down one at a time of several variances of one term."""
        several = [np.full(len(t.shape.names), bool(t.shape.levels)) for t in self.terms]
        places = np.flatnonzero(np.concatenate(several)[self.free] & self.deviations)
        return [np.where(np.arange(len(start)) == at, _LOW * start, start) for at in places]

    @property
    def knots(self) -> list[Floats]:
        """Where along each free coordinate the likelihood has edges, ascending."""
        found = [each for term in self.terms for each in term.shape.knots]
        return [each for each, free in zip(found, self.free, strict=True) if free]

    @property
    def smooth(self) -> bool:
        """Whether the likelihood has two derivatives everywhere."""
        return not any(len(each) for each in self.knots)

    @property
    def _tilts(self) -> tuple[float, ...]:
        asked = {tilt for t in self.terms if t.shape.correlation.names
                 for tilt in t.shape.correlation.tilts}  # fmt: skip
        return tuple(sorted(asked)) or (0.0,)


def _fixed(term: Term, unit: float) -> Floats:
    """Give the coordinates of what is held, variances in units; NaN where a parameter is free."""
    shape = term.shape
    fixed = np.full(len(shape.names), np.nan)
    for place, value in term.held.items():
        inside = value / unit if place < shape.variances else value
        fixed[shape.place(place)] = shape.coordinate(place, inside)
    return fixed
