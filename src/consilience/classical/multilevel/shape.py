"""The covariance of the true effects of one cluster's levels: standard deviations × correlation."""

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from consilience.classical.multilevel.correlations import Correlation
from consilience.classical.multilevel.correlations.base import Floats


@final
@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """``G = S R S`` with the correlation R and standard deviations on the diagonal of S.

    Its free coordinates are those of R and, before them, the standard deviations, whose sign does
    not matter; or where levels of different deviations are correlated, and it would, their square
    roots. A variance of zero is thus no edge: the slope there is zero, as at any answer.

    Parameters
    ----------
    n : int
        Number of levels.
    correlation : Correlation
    levels : tuple of str
        Names of the levels where each has a standard deviation of its own; else empty.
    """

    n: int
    correlation: Correlation
    levels: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """``tau2`` or ``tau2[level]`` for each, then the parameters of the correlation."""
        own = tuple(f"tau2[{level}]" for level in self.levels) or ("tau2",)
        return own + self.correlation.names

    @property
    def variances(self) -> int:
        """How many of the parameters are variances."""
        return len(self.levels) or 1

    @property
    def knots(self) -> list[Floats]:
        """Where along each coordinate the matrix has edges; the first of a correlation may."""
        found = [np.empty(0)] * len(self.names)
        if self.correlation.names:
            found[self.variances] = self.correlation.knots
        return found

    def natural(self, u: Floats) -> Floats:
        """Give the parameters at these coordinates, variances first; both of shape (q,)."""
        sd, c = self._split(u)
        return np.concatenate([sd**2, self.correlation.natural(c)])

    def limits(self) -> list[tuple[float, float]]:
        """Give the lowest and the highest value of each parameter."""
        return [(0.0, np.inf)] * self.variances + self.correlation.limits()

    def start(self, variance: float, tilt: float) -> Floats:
        """Give coordinates to start from, all variances alike."""
        first = np.full(self.variances, self.coordinate(0, variance))
        return np.concatenate([first, self.correlation.start(tilt)])

    def matrix(self, u: Floats) -> Floats:
        """Build G, shape (n, n)."""
        sd, c = self._split(u)
        wide = self._wide(sd)
        return wide[:, None] * self.correlation.matrix(c) * wide

    def slopes(self, u: Floats) -> Floats:
        """Differentiate G by each coordinate, shape (q, n, n)."""
        sd, c = self._split(u)
        wide, matrix = self._wide(sd), self.correlation.matrix(c)
        units = np.eye(self.n) if self.levels else np.ones((1, self.n))
        if self._rooted:
            units = units * 2 * u[: self.variances, None]
        half = units[:, :, None] * matrix * wide
        inner = wide[:, None] * self.correlation.slopes(c) * wide
        return np.concatenate([half + half.transpose(0, 2, 1), inner])

    def place(self, place: int) -> int:
        """Give the coordinate that fixes the parameter of this place, once it leads."""
        return min(place, self.variances)

    def coordinate(self, place: int, value: float) -> float:
        """Give the coordinate at which the parameter of this place has this value."""
        if place < self.variances:
            return float(value**0.25 if self._rooted else value**0.5)
        return self.correlation.coordinate(place - self.variances, value)

    def led_by(self, place: int) -> "Shape":
        """Write the same G so that one coordinate fixes the parameter of this place."""
        if place < self.variances:
            return self
        return replace(self, correlation=self.correlation.led_by(place - self.variances))

    def _split(self, u: Floats) -> tuple[Floats, Floats]:
        first, c = u[: self.variances], u[self.variances :]
        return (first**2 if self._rooted else first), c

    @property
    def _rooted(self) -> bool:
        return bool(self.levels) and bool(self.correlation.names)

    def _wide(self, sd: Floats) -> Floats:
        return sd if self.levels else np.full(self.n, sd[0])
