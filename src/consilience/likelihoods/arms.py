"""The data of two arms given the comparator's baseline and the effect."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.polynomial import hermite_e
from scipy.special import gammaln, logsumexp

from consilience.gaussian import Array
from consilience.likelihoods.counting import log_choose, overdispersed
from consilience.likelihoods.links import Link, log_chances
from consilience.likelihoods.missing import Missing

_LOG_NOTHING = -1e300  # stands for log 0 where 0 · log 0 is meant to be 0


class Arms(ABC):
    """What the inner integral over baselines asks."""

    @abstractmethod
    def log(self, b: Array, d: Array, point: Mapping[str, Array], *, order: int) -> Array:
        """Log probability of the trials' data at b (g, n, k), d (n, k), ω (n, 1)."""

    @abstractmethod
    def edge(self, d: Array) -> Array:
        """Give b where it may not be smooth, (n, k); nan where there is none."""


@dataclass(frozen=True, eq=False)
class Shifting(Arms):
    """Arms that each have a curve of their own: log A₁(b + d) + log A₂(b), if the effect shifts."""

    @property
    @abstractmethod
    def shifts(self) -> bool:
        """Whether the effect does no more than to shift the intervention's arm."""

    @abstractmethod
    def first(self, place: Array, point: Mapping[str, Array]) -> Array:
        """Log probability of the intervention's data at b + d (n, k), ω (1, 1)."""

    @abstractmethod
    def second(self, b: Array, point: Mapping[str, Array]) -> Array:
        """Log probability of the comparator's data at b (n, k), ω (1, 1)."""

    @abstractmethod
    def information(self, point: Mapping[str, Array]) -> Array:
        """About what both arms together know of b, (1, k)."""


class Counts(NamedTuple):
    """Events and participants of both arms, (k,) each."""

    x1: Array
    n1: Array
    x2: Array
    n2: Array


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
        return own + _bernoulli(x1, n1 - x1, first) + _bernoulli(x2, n2 - x2, second)

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

    def first(self, place: Array, point: Mapping[str, Array]) -> Array:  # noqa: ARG002
        """See `Shifting.first`."""
        x, n, _, _ = self.counts
        return log_choose(n, x) + _bernoulli(x, n - x, log_chances(place))

    def second(self, b: Array, point: Mapping[str, Array]) -> Array:  # noqa: ARG002
        """See `Shifting.second`."""
        _, _, x, n = self.counts
        return log_choose(n, x) + _bernoulli(x, n - x, log_chances(b))

    def information(self, point: Mapping[str, Array]) -> Array:  # noqa: ARG002
        """See `Shifting.information`."""
        one, two = self.known()
        return (one + two)[None]

    def known(self) -> tuple[Array, Array]:
        """Give about what each arm knows of its log odds, (k,) each."""
        x1, n1, x2, n2 = self.counts
        one, two = ((x + 0.5) * (n - x + 0.5) / (n + 1.0) for x, n in ((x1, n1), (x2, n2)))
        return one, two


@dataclass(frozen=True, eq=False)
class PartlySeenArms(Arms):
    """Binomial arms of which some participants are missing, by `missing.IMOR`.

    Parameters
    ----------
    whole : BinomialArms
        The arms, whose link speaks about the risk of everyone.
    share1, share2 : array (k,)
        Of everyone who is missing.
    missing : Missing
        The log odds ratios, which are integrated out by Gauss–Hermite.
    """

    whole: BinomialArms
    share1: Array
    share2: Array
    missing: Missing

    def log(self, b: Array, d: Array, point: Mapping[str, Array], *, order: int) -> Array:  # noqa: ARG002
        """See `Arms.log`; a third of the order in each direction that varies."""
        x1, n1, x2, n2 = self.whole.counts
        first, second = self.whole.chances(b, d)
        mean, root = self.missing.departure.mean, self.missing.departure.root
        alone = np.array([[0.0]])
        total = np.full(np.broadcast_shapes(b.shape, d.shape), -np.inf)
        for z, log_mass in _normal(order // 3, varies=bool(root[:, 0].any())):
            if root[1, 0] != 0.0 or alone.size == 1:
                away = mean[1] + root[1, 0] * z
                alone = self._second(second, away, spread=root[1, 1], order=order // 3)
            seen = _seen(first, self.share1, mean[0] + root[0, 0] * z)
            total = np.logaddexp(total, log_mass + _bernoulli(x1, n1 - x1, seen) + alone)
        return total + log_choose(n1, x1) + log_choose(n2, x2)

    def _second(
        self, chances: tuple[Array, Array], mean: float, *, spread: float, order: int
    ) -> Array:
        """Log probability of the comparator's events, its own part of the odds ratio summed out."""
        _, _, x, n = self.whole.counts
        parts = [
            log_mass + _bernoulli(x, n - x, _seen(chances, self.share2, mean + spread * z))
            for z, log_mass in _normal(order, varies=spread > 0.0)
        ]
        return logsumexp(parts, axis=0)

    def edge(self, d: Array) -> Array:
        """See `Arms.edge`."""
        return self.whole.edge(d)


@dataclass(frozen=True, eq=False)
class BetaBinomialArms(Shifting):
    """x ~ BetaBinomial(n, p(1 − ρ)/ρ, (1 − p)(1 − ρ)/ρ) in both arms.

    Parameters
    ----------
    whole : BinomialArms
        The counts and their link.
    """

    whole: BinomialArms

    def log(self, b: Array, d: Array, point: Mapping[str, Array], *, order: int) -> Array:  # noqa: ARG002
        """See `Arms.log`."""
        x1, n1, x2, n2 = self.whole.counts
        size = _size(point)
        first, second = self.whole.chances(b, d)
        return overdispersed(x1, n1, size=size, chances=first) + overdispersed(
            x2, n2, size=size, chances=second
        )

    def edge(self, d: Array) -> Array:
        """See `Arms.edge`."""
        return self.whole.edge(d)

    @property
    def shifts(self) -> bool:
        """See `Shifting.shifts`: on the log odds."""
        return self.whole.shifts

    def first(self, place: Array, point: Mapping[str, Array]) -> Array:
        """See `Shifting.first`."""
        x, n, _, _ = self.whole.counts
        return overdispersed(x, n, size=_size(point), chances=log_chances(place))

    def second(self, b: Array, point: Mapping[str, Array]) -> Array:
        """See `Shifting.second`."""
        _, _, x, n = self.whole.counts
        return overdispersed(x, n, size=_size(point), chances=log_chances(b))

    def information(self, point: Mapping[str, Array]) -> Array:
        """See `Shifting.information`."""
        _, n1, _, n2 = self.whole.counts
        one, two = self.whole.known()
        rho = point["rho"]
        return one / (1.0 + (n1 - 1.0) * rho) + two / (1.0 + (n2 - 1.0) * rho)


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
        return _rate(self.x1, self.t1, b + d) + _rate(self.x2, self.t2, b)

    def edge(self, d: Array) -> Array:
        """See `Arms.edge`: none."""
        return np.full(np.shape(d), np.nan)

    @property
    def shifts(self) -> bool:
        """See `Shifting.shifts`: it does."""
        return True

    def first(self, place: Array, point: Mapping[str, Array]) -> Array:  # noqa: ARG002
        """See `Shifting.first`."""
        return _rate(self.x1, self.t1, place)

    def second(self, b: Array, point: Mapping[str, Array]) -> Array:  # noqa: ARG002
        """See `Shifting.second`."""
        return _rate(self.x2, self.t2, b)

    def information(self, point: Mapping[str, Array]) -> Array:  # noqa: ARG002
        """See `Shifting.information`."""
        return (self.x1 + self.x2 + 1.0)[None]


def seen_risk(p: Array, share: Array, delta: Array) -> Array:
    """Give the risk π of those who were seen, of whom everyone's risk p follows.

    The root of p = (1 − α)π + α expit(logit π + δ) that lies between 0 and 1:
    (1 − α)(I − 1)π² + (1 − α + αI − p(I − 1))π − p = 0 with I = exp δ, without cancellation.
    """
    odds = np.exp(delta)
    a = (1.0 - share) * (odds - 1.0)
    b = 1.0 - share + share * odds - p * (odds - 1.0)
    return 2.0 * p / (b + np.sqrt(b * b + 4.0 * a * p))


def _bernoulli(x: Array, rest: Array, chances: tuple[Array, Array]) -> Array:
    log_p, log_q = chances
    return x * np.maximum(log_p, _LOG_NOTHING) + rest * np.maximum(log_q, _LOG_NOTHING)


def _rate(x: Array, t: Array, log_rate: Array) -> Array:
    with np.errstate(over="ignore"):
        return x * (log_rate + np.log(t)) - t * np.exp(log_rate) - gammaln(x + 1.0)


def _size(point: Mapping[str, Array]) -> Array:
    return np.clip((1.0 - point["rho"]) / point["rho"], 1e-12, 1e15)


def _seen(chances: tuple[Array, Array], share: Array, delta: float) -> tuple[Array, Array]:
    """Give log π and log(1 − π); 1 − π by the same equation of those without the event."""
    shift = np.array(delta)
    with np.errstate(divide="ignore"):
        return (
            np.log(seen_risk(np.exp(chances[0]), share, shift)),
            np.log(seen_risk(np.exp(chances[1]), share, -shift)),
        )


def _normal(order: int, *, varies: bool) -> Iterator[tuple[float, float]]:
    """Nodes of a standard normal variable, and the logarithms of their masses."""
    z, w = hermite_e.hermegauss(order if varies else 1)
    yield from zip(z.tolist(), np.log(w / w.sum()).tolist(), strict=True)
