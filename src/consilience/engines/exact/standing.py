"""Axes that are the parameters themselves."""

import numpy as np

from consilience.gaussian import Array


class Standing:
    """What a form is that is integrated over its hyperparameters as they stand.

    A form that is integrated in other coordinates says where a point of its axes lies, and one
    whose likelihood is bounded says how high it can be.
    """

    __slots__ = ()

    def placed(self, points: Array) -> Array:
        """Give the parameters (nodes, d) at points of the axes (nodes, d)."""
        return points

    def ceiling(self, points: Array) -> Array | float:  # noqa: ARG002
        """Give what the log likelihood cannot exceed at points (nodes, d); infinite if unknown."""
        return np.inf
