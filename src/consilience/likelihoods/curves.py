"""What each trial says about its own true effect: the likelihood as a curve."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from consilience.gaussian import Array, Hyper

if TYPE_CHECKING:
    from consilience.likelihoods.apart import Apart

ORDER = 40
"""Nodes of an inner integral; an engine asks again with more to see what they are worth."""


@dataclass(frozen=True, eq=False)
class Curves(ABC):
    """ℓᵢ(θ; ω) = p(data of trial i | its true effect θ, ω), baselines integrated out.

    Parameters
    ----------
    centre, width : array (k,)
        Where to look for each curve, and how wide it may be, on the scale of the effects: a rough
        estimate and its standard error.
    hypers : tuple of Hyper
        ω: the hyperparameters of the likelihood itself.
    silent : array (k,)
        Which trials say nothing about their effect, as booleans.
    """

    centre: Array
    width: Array
    hypers: tuple[Hyper, ...]
    silent: NDArray[np.bool_]

    @property
    def ceiling(self) -> float:
        """What Σ log ℓᵢ cannot exceed; infinite in the base version, which knows nothing."""
        return np.inf

    @property
    def quick(self) -> bool:
        """Whether whole curves cost so little that an engine may ask for them at many ω."""
        return False

    @property
    def apart(self) -> "Apart | None":
        """Both arms by themselves, where only a normal population of baselines ties them."""
        return None

    @property
    def grains(self) -> Mapping[str, float]:
        """How small hyperparameters may be and still matter, by name, where that is known."""
        return {}

    @abstractmethod
    def log(self, theta: Array, point: Mapping[str, Array], *, order: int = ORDER) -> Array:
        """Give log ℓᵢ(θᵢ; ω).

        Parameters
        ----------
        theta : array (n, k)
            True effects, turned as the effects are.
        point : mapping of str to array (n,) or (1,)
            ω.
        order : int
            Nodes of the inner integral.

        Returns
        -------
        array (n, k)
        """

    def spread(self, point: Mapping[str, Array]) -> Array:
        """Give how wide each curve may be at ω (n,), on the scale of the effects: (n, k).

        `width` in the base version, whatever ω is.
        """
        count = max((len(values) for values in point.values()), default=1)
        return np.broadcast_to(self.width, (count, len(self.width)))

    def baselines(
        self, theta: Array, point: Mapping[str, Array], rng: np.random.Generator
    ) -> Array:
        """Draw each trial's baseline given its data and its true effect, (n, k).

        Zeros in the base version: nothing is left of a baseline.
        """
        del point, rng
        return np.zeros(theta.shape)


def columns(point: Mapping[str, Array]) -> dict[str, Array]:
    """Stand the values of hyperparameters (n,) upright, (n, 1), beside trials."""
    return {name: np.asarray(values)[:, None] for name, values in point.items()}
