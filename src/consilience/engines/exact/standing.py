"""Axes that are the parameters themselves."""

from collections.abc import Mapping

import numpy as np

from consilience.gaussian import Array

NEAR = 6.0
PAUSES = np.array([0.02, 0.1, 0.3])


class Standing:
    """What a form is that is integrated over its hyperparameters as they stand.

    A form that is integrated in other coordinates says where a point of its axes lies, and one
    whose likelihood is bounded says how high it can be.
    """

    __slots__ = ()

    @property
    def grains(self) -> Mapping[str, float]:
        """How small hyperparameters may be and still matter, where standard errors do not say."""
        return {}

    @property
    def near(self) -> Array | float:
        """How far from zero a search looks first, on each axis; further where it has to."""
        return NEAR

    @property
    def pauses(self) -> Array:
        """After which shares of its points a search looks which of the others still matter."""
        return PAUSES

    @property
    def unseen(self) -> frozenset[str]:
        """Axes, by name, each of whose values is so dear that a look along a line does not pay."""
        return frozenset()

    def placed(self, points: Array) -> Array:
        """Give the parameters (nodes, d) at points of the axes (nodes, d)."""
        return points

    def ceiling(self, points: Array) -> Array | float:  # noqa: ARG002
        """Give what the log likelihood cannot exceed at points (nodes, d); infinite if unknown."""
        return np.inf
