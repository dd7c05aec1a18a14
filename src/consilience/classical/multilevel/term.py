"""A random-effects component laid on the estimates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

import numpy as np

from consilience.classical.multilevel.codes import Codes, Grouping
from consilience.classical.multilevel.correlations.base import Floats
from consilience.classical.multilevel.shape import Shape


@final
@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """Adds ``G[inner_i, inner_j]`` to the covariance of two estimates of the same outer level.

    Parameters
    ----------
    label : str
        Its name in tables.
    outer, inner : Grouping
        Clusters, and levels within them; a random intercept has one inner level.
    shape : Shape
        Of G.
    held : mapping of int to float
        Parameters that are not estimated, by their place in ``shape.names``; variances on the
        squared scale of the estimates.
    """

    label: str
    outer: Grouping
    inner: Grouping
    shape: Shape
    held: Mapping[int, float] = field(default_factory=dict)

    @property
    def intercept(self) -> bool:
        """Whether one number is added to all estimates of a cluster."""
        return self.shape.n == 1

    @property
    def whole(self) -> bool:
        """Whether all estimates are in one cluster."""
        return len(self.outer.levels) == 1

    def added(self, matrix: Floats, at: Codes) -> Floats:
        """Build what this term adds to the covariance of some estimates, from its G."""
        outer, inner = self.outer.codes[at], self.inner.codes[at]
        return np.where(outer[:, None] == outer, matrix[np.ix_(inner, inner)], 0.0)
