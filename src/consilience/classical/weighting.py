"""Fixed weights of a sum of squares."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from consilience.classical.wls import Floats
from consilience.errors import ModelError


class Weighting(ABC):
    """A rule that gives each estimate a weight without looking at the estimates."""

    @abstractmethod
    def weights(self, v: Floats) -> Floats:
        """Give positive weights, shape (k,), to estimates of these sampling variances."""


def refuse_others(given: object) -> None:
    """Say nothing if this is a weighting.

    Raises
    ------
    ModelError
        For anything else; the message holds the right call.
    """
    if not isinstance(given, Weighting):
        raise ModelError(
            f"The weights of a sum of squares are a rule, not {given!r}: "
            'classical.get("GENQ", weighting=PowerOfVariance(1.0)), or GivenWeights with a number '
            "for each estimate."
        )


@final
@dataclass(frozen=True, slots=True)
class PowerOfVariance(Weighting):
    """``a = v^(-power)``: 1 inverse variances, 0 equal weights.

    Parameters
    ----------
    power : float
        From 0 to 2.

    Raises
    ------
    ModelError
        For a power outside that range.
    """

    power: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what gives no weights."""
        if not 0 <= self.power <= 2:
            raise ModelError(f"The power {self.power!r} lies outside 0 to 2; give 0.5, say.")

    def weights(self, v: Floats) -> Floats:
        """Power of the variances relative to their geometric mean, which cancels."""
        return np.asarray((v / np.exp(np.log(v).mean())) ** -self.power)


@final
@dataclass(frozen=True, slots=True)
class GivenWeights(Weighting):
    """One number for each estimate.

    Parameters
    ----------
    values : sequence of float
        Positive, in the order of the estimates.

    Raises
    ------
    ModelError
        For values that are no positive numbers, or not as many as estimates.
    """

    values: Sequence[float]

    def __post_init__(self) -> None:
        """Keep a tuple of positive numbers."""
        values = tuple(float(value) for value in self.values)
        wrong = [value for value in values if not (value > 0 and np.isfinite(value))]
        if wrong or not values:
            raise ModelError(f"Weights are positive finite numbers; {wrong[:3]} are not.")
        object.__setattr__(self, "values", values)

    def weights(self, v: Floats) -> Floats:
        """Give the values as they are."""
        if len(v) != len(self.values):
            message = (
                f"{len(self.values)} weights were given for {len(v)} estimates. Give as many, or "
                "a rule such as PowerOfVariance(0.5) where estimates are left out in turn."
            )
            raise ModelError(message)
        return np.array(self.values)
