"""A correlation of its own for every two levels."""

import math
from dataclasses import dataclass, field, replace
from typing import final

import numpy as np

from consilience.classical.multilevel.correlations.base import Correlation, Floats


@final
@dataclass(frozen=True, slots=True)
class Unstructured(Correlation):
    """``R = L L'`` with the rows of L on the unit sphere, in angles.

    Row i holds ``cos a_1, sin a_1 cos a_2, …, sin a_1 … sin a_(i-1)``. Every correlation matrix has
    such angles, singular ones too, and the first column holds correlations themselves.

    Parameters
    ----------
    levels : tuple of str
        Names of the n levels.
    order : tuple of int
        In which order the levels enter L; by default their own.

    References
    ----------
    Pinheiro JC, Bates DM (1996). Statistics and Computing 6:289–296. doi:10.1007/BF00140873
    """

    levels: tuple[str, ...]
    order: tuple[int, ...] = field(default=())

    @property
    def names(self) -> tuple[str, ...]:
        """``rho[a, b]`` for each pair; ``rho`` where there is but one."""
        if len(self.levels) == 2:
            return ("rho",)
        return tuple(f"rho[{self.levels[j]}, {self.levels[i]}]" for i, j in self._pairs)

    def natural(self, c: Floats) -> Floats:
        """Read the correlations off the matrix."""
        matrix = self.matrix(c)
        return np.array([matrix[i, j] for i, j in self._pairs])

    def limits(self) -> list[tuple[float, float]]:
        """-1 and 1."""
        return [(-1.0, 1.0)] * len(self._pairs)

    def start(self, tilt: float) -> Floats:
        """All correlations alike, half the tilt."""
        n = len(self.levels)
        rho = min(max(tilt, 0.0), 0.9) / 2
        root = np.linalg.cholesky((1 - rho) * np.eye(n) + rho)
        angles = []
        for i in range(1, n):
            left = 1.0
            for j in range(i):
                angles.append(math.acos(min(root[i, j] / left, 1.0)))
                left *= math.sin(angles[-1])
        return np.array(angles)

    def matrix(self, c: Floats) -> Floats:
        """``L L'`` in the order of the levels."""
        root = self._root(c)
        back = np.argsort(self._order)
        return (root @ root.T)[np.ix_(back, back)]

    def slopes(self, c: Floats) -> Floats:
        """``dL L' + L dL'`` for each angle."""
        root, back = self._root(c), np.argsort(self._order)
        found = []
        for place, (i, j) in enumerate(self._pairs):
            turned = c.copy()
            turned[place] += math.pi / 2
            # A quarter turn of an angle is its derivative in all columns that it enters.
            change = np.zeros_like(root)
            change[i, j:] = self._root(turned)[i, j:]
            slope = change @ root.T
            found.append((slope + slope.T)[np.ix_(back, back)])
        return np.array(found)

    def coordinate(self, place: int, value: float) -> float:  # noqa: ARG002
        """Give the angle of a correlation with the first level in the order."""
        return math.acos(min(max(value, -1.0), 1.0))

    def led_by(self, place: int) -> "Unstructured":
        """Put the two levels of a pair first."""
        i, j = self._pairs[place]
        rest = [level for level in range(len(self.levels)) if level not in (i, j)]
        return replace(self, order=(j, i, *rest))

    @property
    def _order(self) -> tuple[int, ...]:
        return self.order or tuple(range(len(self.levels)))

    @property
    def _pairs(self) -> list[tuple[int, int]]:
        return [(i, j) for i in range(1, len(self.levels)) for j in range(i)]

    def _root(self, c: Floats) -> Floats:
        """Build the factor with rows of length 1, (n, n), from angles row by row."""
        n = len(self.levels)
        root = np.zeros((n, n))
        root[0, 0] = 1.0
        at = 0
        for i in range(1, n):
            angles = c[at : at + i]
            sines = np.concatenate([[1.0], np.cumprod(np.sin(angles))])
            root[i, : i + 1] = sines * np.concatenate([np.cos(angles), [1.0]])
            at += i
        return root
