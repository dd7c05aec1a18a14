"""Events among participants."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from consilience.gaussian import Array
from consilience.likelihoods.arms.base import Shifting, Side
from consilience.likelihoods.counting import log_choose
from consilience.likelihoods.links import Link, log_chances

_LOG_NOTHING = -1e300  # stands for log 0 where 0 · log 0 is meant to be 0
_ENDS = 32.0  # e^-32 = 1e-14


class Counts(NamedTuple):
    """Events and participants of both arms, (k,) each."""

    x1: Array
    n1: Array
    x2: Array
    n2: Array


@final
@dataclass(frozen=True, eq=False)
class BinomialSide(Side):
    """x ~ Binomial(n, p).

    Parameters
    ----------
    x, n : array (k,)
        Events and participants.
    peak : array (k,)
        As in `Side`, with half an event more on either side.
    """

    x: Array
    n: Array
    peak: Array

    @classmethod
    def of(cls, x: Array, n: Array) -> "BinomialSide":
        """Look at arms with these data."""
        return cls(x, n, np.log(x + 0.5) - np.log(n - x + 0.5))

    def top(self, point: Mapping[str, Array]) -> Array:  # noqa: ARG002
        """See `Side.top`."""
        chances = log_chances(self.peak)
        return log_choose(self.n, self.x) + bernoulli(self.x, self.n - self.x, chances)

    def log(self, place: Array, point: Mapping[str, Array]) -> Array:  # noqa: ARG002
        """See `Side.log`: without cancellation, by the smaller of the risks p̂ and 1 − p̂.

        log (p/p̂)ˣ (q/q̂)ⁿ⁻ˣ = xδ − n log[1 + p̂(e^δ − 1)], δ = logit p − logit p̂.
        """
        rare = self.x + self.x <= self.n
        events = np.where(rare, self.x, self.n - self.x)
        away = np.where(rare, place - self.peak, self.peak - place)
        risk = (events + 0.5) / (self.n + 1.0)
        return events * away - self.n * np.log1p(risk * np.expm1(away))

    def straight(self, point: Mapping[str, Array]) -> tuple[Array, Array]:  # noqa: ARG002
        """See `Side.straight`: where no n trials would see an event, or see one fail."""
        end = _ENDS + np.log(self.n)
        return -end, end

    def slopes(self) -> tuple[Array, Array]:
        """See `Side.slopes`: the numbers of those with the event, and of those without."""
        return self.x, self.x - self.n

    def information(self, point: Mapping[str, Array]) -> Array:  # noqa: ARG002
        """See `Side.information`."""
        return (self.x + 0.5) * (self.n - self.x + 0.5) / (self.n + 1.0)


@final
@dataclass(frozen=True, eq=False)
class BinomialArms(Shifting):
    """x₁ ~ Binomial(n₁, p₁), x₂ ~ Binomial(n₂, p₂), seen through who is missing.

    Parameters
    ----------
    counts : Counts
        Of those who were seen.
    link : Link
        From p₂ and the effect to p₁.
    """

    counts: Counts
    link: Link

    def log(self, b: Array, d: Array, point: Mapping[str, Array], *, order: int) -> Array:  # noqa: ARG002
        """See `Arms.log`."""
        x1, n1, x2, n2 = self.counts
        first, second = self.chances(b, d)
        own = log_choose(n1, x1) + log_choose(n2, x2)
        return own + bernoulli(x1, n1 - x1, first) + bernoulli(x2, n2 - x2, second)

    def chances(self, b: Array, d: Array) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        """Give log p and log(1 − p) of both arms."""
        return self.link.chances(b, d), log_chances(b)

    def edge(self, d: Array) -> Array:
        """See `Arms.edge`."""
        return self.link.edge(d)

    @property
    def shifts(self) -> bool:
        """See `Shifting.shifts`: on the log odds."""
        return self.link.shifts

    @property
    def sides(self) -> tuple[Side, Side]:
        """See `Shifting.sides`."""
        x1, n1, x2, n2 = self.counts
        return BinomialSide.of(x1, n1), BinomialSide.of(x2, n2)

    def some(self, at: NDArray[np.intp]) -> "BinomialArms":
        """See `Shifting.some`."""
        return BinomialArms(Counts(*(each[at] for each in self.counts)), self.link)


def bernoulli(x: Array, rest: Array, chances: tuple[Array, Array]) -> Array:
    """Give the log probability of x events and rest without one, at log p and log(1 − p)."""
    log_p, log_q = chances
    return x * np.maximum(log_p, _LOG_NOTHING) + rest * np.maximum(log_q, _LOG_NOTHING)
