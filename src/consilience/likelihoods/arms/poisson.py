"""Events over person-time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from consilience.gaussian import Array
from consilience.likelihoods.arms.base import Shifting, Side

_NONE, _MANY = 32.0, 4000.0  # 1e-14 events are none; e^-4000 is nothing


@final
@dataclass(frozen=True, eq=False)
class PoissonSide(Side):
    """x ~ Poisson(t exp s).

    Parameters
    ----------
    x, t : array (k,)
        Events and person-time.
    peak : array (k,)
        As in `Side`, with half an event more.
    """

    x: Array
    t: Array
    peak: Array

    @classmethod
    def of(cls, x: Array, t: Array) -> "PoissonSide":
        """Look at arms with these data."""
        return cls(x, t, np.log(x + 0.5) - np.log(t))

    def top(self, point: Mapping[str, Array]) -> Array:  # noqa: ARG002
        """See `Side.top`."""
        return rate(self.x, self.t, self.peak)

    def log(self, place: Array, point: Mapping[str, Array]) -> Array:  # noqa: ARG002
        """See `Side.log`: without cancellation, xδ − m(e^δ − 1), δ = s − log(m/t), m = x + ½."""
        away = place - self.peak
        return self.x * away - (self.x + 0.5) * np.expm1(away)

    def straight(self, point: Mapping[str, Array]) -> tuple[Array, Array]:  # noqa: ARG002
        """See `Side.straight`: where no event is expected, or many times those that were seen."""
        base = np.log(self.t)
        return -_NONE - base, np.log(4.0 * self.x + _MANY) - base

    def slopes(self) -> tuple[Array, Array]:
        """See `Side.slopes`: the number of events, and steeply down."""
        return self.x, np.full(len(self.x), -_MANY)

    def information(self, point: Mapping[str, Array]) -> Array:  # noqa: ARG002
        """See `Side.information`."""
        return self.x + 0.5


@final
@dataclass(frozen=True, eq=False)
class PoissonArms(Shifting):
    """x₁ ~ Poisson(t₁ exp(b + d)), x₂ ~ Poisson(t₂ exp b).

    Parameters
    ----------
    x1, t1, x2, t2 : array (k,)
        Events and person-time of both arms.
    """

    x1: Array
    t1: Array
    x2: Array
    t2: Array

    def log(self, b: Array, d: Array, point: Mapping[str, Array], *, order: int) -> Array:  # noqa: ARG002
        """See `Arms.log`."""
        return rate(self.x1, self.t1, b + d) + rate(self.x2, self.t2, b)

    def edge(self, d: Array) -> Array:
        """See `Arms.edge`: none."""
        return np.full(np.shape(d), np.nan)

    @property
    def shifts(self) -> bool:
        """See `Shifting.shifts`: it does."""
        return True

    @property
    def sides(self) -> tuple[Side, Side]:
        """See `Shifting.sides`."""
        return PoissonSide.of(self.x1, self.t1), PoissonSide.of(self.x2, self.t2)

    def some(self, at: NDArray[np.intp]) -> "PoissonArms":
        """See `Shifting.some`."""
        return PoissonArms(self.x1[at], self.t1[at], self.x2[at], self.t2[at])


def rate(x: Array, t: Array, log_rate: Array) -> Array:
    """Give the log probability of x events over t at a log rate."""
    with np.errstate(over="ignore"):
        return x * (log_rate + np.log(t)) - t * np.exp(log_rate) - gammaln(x + 1.0)
