"""The curve of a term along an exposure."""

from dataclasses import dataclass
from typing import final

import numpy as np

from consilience.gaussian import Array, Curve, Hyper, Point
from consilience.terms.exposures import Exposures
from consilience.terms.shapes import Shape


@final
@dataclass(frozen=True, slots=True, eq=False)
class Bent(Curve):
    """One column g(xᵢ; c), or g(xᵢ; c) − ḡ(c) where the level is a coefficient of its own.

    Parameters
    ----------
    location : Hyper
        c.
    shape : Shape
        g.
    rows : Exposures
        Of the rows of the column.
    trials : Exposures
        Of the trials, over which ḡ is the mean.
    from_zero : bool
        Whether the curve begins at no effect, and so carries the level.
    """

    location: Hyper
    shape: Shape
    rows: Exposures
    trials: Exposures
    from_zero: bool

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """See `Curve.hypers`: the location, and the exposures that are not known exactly."""
        return (self.location, *self.trials.hypers)

    @property
    def carries(self) -> bool:
        """See `Curve.carries`."""
        return self.from_zero

    def share(self, exposures: Exposures, point: Point) -> Array:
        """Give g, (…, rows), at hyperparameters (…)."""
        c = np.asarray(point[self.location.name], dtype=float)
        x = exposures.at(point, c.shape)
        return self.shape.share(x, exposures.s, c[..., None])

    def mean(self, point: Point) -> Array:
        """See `Curve.mean`: ḡ(c)."""
        return np.asarray(self.share(self.trials, point).mean(axis=-1))

    def columns(self, matrix: Array, point: Point) -> Array:  # noqa: ARG002 - another column
        """See `Curve.columns`."""
        return self._column(point)[..., None]

    def breaks(self, row: int) -> Array:
        """See `Curve.breaks`: the row's own exposure."""
        return self.rows.x[row : row + 1]

    def seen(self, matrix: Array, beta: Array, point: Point) -> Array:  # noqa: ARG002
        """See `Curve.seen`."""
        return beta * self._column(point)

    def _column(self, point: Point) -> Array:
        """Give the column, centred where the level is a coefficient of its own."""
        found = self.share(self.rows, point)
        return found if self.from_zero else found - self.mean(point)[..., None]
