"""What a baseline is: the distribution of the comparator's log odds or log rate."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from consilience.gaussian import Array, Hyper

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@dataclass(frozen=True, slots=True)
class Baseline(ABC):
    """How the baselines bᵢ of the trials, log odds or log rates, are distributed."""

    @property
    @abstractmethod
    def hypers(self) -> tuple[Hyper, ...]:
        """The hyperparameters that it brings."""

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """Where baselines may lie."""

    @property
    def normal(self) -> bool:
        """Whether they are N(m, s²), with m and s, in this order, its two hyperparameters."""
        return False

    @abstractmethod
    def log_density(self, b: Array, point: Mapping[str, Array]) -> Array:
        """Log density at b (…, n, k), given hyperparameters (n, 1)."""

    @abstractmethod
    def draw(self, k: int, point: Mapping[str, float], rng: np.random.Generator) -> Array:
        """Draw the baselines (k,) of trials."""

    @abstractmethod
    def pymc(self) -> "TensorVariable":
        """Add the baselines (k,), named ``baseline``, to the PyMC model in context."""
