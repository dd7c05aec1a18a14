"""Columns that bend with hyperparameters: curves along an exposure."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from consilience.gaussian.blocks import Hyper

type _Array = NDArray[np.float64]
type _Point = Mapping[str, _Array]


class Curve(ABC):
    """How the columns of a block depend on hyperparameters other than a scale."""

    @property
    @abstractmethod
    def hypers(self) -> "tuple[Hyper, ...]":
        """The hyperparameters on which the columns depend."""

    @property
    @abstractmethod
    def carries(self) -> bool:
        """Whether the curve carries the level, so that mu follows from it: its mean over trials."""

    @abstractmethod
    def columns(self, matrix: _Array, point: _Point) -> _Array:
        """Give the columns, (nodes or 1, k, q), at hyperparameters (nodes,)."""

    @abstractmethod
    def mean(self, point: _Point) -> _Array:
        """Give the mean of the curve over the trials, (…), at hyperparameters (…)."""

    @abstractmethod
    def breaks(self, row: int) -> _Array:
        """Give locations at which a row may jump, in increasing order."""

    @abstractmethod
    def seen(self, matrix: _Array, beta: _Array, point: _Point) -> _Array:
        """Give what coefficients (…, q) add to the predictor, (…, k), at hyperparameters (…)."""


@dataclass(frozen=True, slots=True)
class Straight(Curve):
    """Columns that are the same whatever the hyperparameters: the null object."""

    @property
    def hypers(self) -> "tuple[Hyper, ...]":
        """None."""
        return ()

    @property
    def carries(self) -> bool:
        """See `Curve.carries`: it does not."""
        return False

    def columns(self, matrix: _Array, point: _Point) -> _Array:  # noqa: ARG002 - always the same
        """See `Curve.columns`."""
        return matrix[None]

    def mean(self, point: _Point) -> _Array:  # noqa: ARG002 - always the same
        """See `Curve.mean`; nothing is carried."""
        return np.zeros(1)

    def breaks(self, row: int) -> _Array:  # noqa: ARG002 - nowhere
        """See `Curve.breaks`."""
        return np.empty(0)

    def seen(self, matrix: _Array, beta: _Array, point: _Point) -> _Array:  # noqa: ARG002
        """See `Curve.seen`."""
        return np.asarray(beta @ matrix.T)


STRAIGHT = Straight()
"""Columns that do not bend."""
