"""What is asked of the arms of trials, and of one arm by itself."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from consilience.gaussian import Array


class Arms(ABC):
    """What the inner integral over baselines asks."""

    @abstractmethod
    def log(self, b: Array, d: Array, point: Mapping[str, Array], *, order: int) -> Array:
        """Log probability of the trials' data at b (g, n, k), d (n, k), ω (n, 1)."""

    @property
    def grains(self) -> Mapping[str, float]:
        """See `Curves.grains`."""
        return {}

    @abstractmethod
    def edge(self, d: Array) -> Array:
        """Give b where it may not be smooth, (n, k); nan where there is none."""


@dataclass(frozen=True, eq=False)
class Side(ABC):
    """One arm of each trial, whose data speak of its log odds or log rate.

    All fields are arrays (k,), among them ``peak``: about where its likelihood is highest. The
    likelihood's hyperparameters ω have a value for each arm, (k,), or one for all, (1,).
    """

    if TYPE_CHECKING:
        peak: Array

    @abstractmethod
    def top(self, point: Mapping[str, Array]) -> Array:
        """Log probability of the data about the peak, or part of it, (k,)."""

    @abstractmethod
    def log(self, place: Array, point: Mapping[str, Array]) -> Array:
        """Log probability of the data at log odds or log rates (n, k), less `top`."""

    @abstractmethod
    def straight(self, point: Mapping[str, Array]) -> tuple[Array, Array]:
        """Give the ends (k,) beyond which `log` is a straight line, or nothing is left of it."""

    @abstractmethod
    def slopes(self) -> tuple[Array, Array]:
        """Give the slopes (k,) of these straight lines."""

    @abstractmethod
    def information(self, point: Mapping[str, Array]) -> Array:
        """About what it knows of its log odds or log rate, (k,)."""

    def some(self, at: NDArray[np.intp]) -> Self:
        """Give those of some trials."""
        return replace(self, **{each.name: getattr(self, each.name)[at] for each in fields(self)})


class Shifting(Arms):
    """Arms that each have a curve of their own: log A₁(b + d) + log A₂(b), if the effect shifts."""

    @property
    @abstractmethod
    def shifts(self) -> bool:
        """Whether the effect does no more than to shift the intervention's arm."""

    @property
    @abstractmethod
    def sides(self) -> tuple[Side, Side]:
        """The arms one by one, the intervention's first."""

    @abstractmethod
    def some(self, at: NDArray[np.intp]) -> "Shifting":
        """Give those of some trials."""
