"""The data of two arms given the comparator's baseline and the effect."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.polynomial import hermite_e
from scipy.special import gammaln, logsumexp

from consilience.gaussian import Array
from consilience.likelihoods.links import Link, log_chances
from consilience.likelihoods.missing import Missing

_LOG_NOTHING = -1e300  # stands for log 0 where 0 · log 0 is meant to be 0
_STIRLING = 100.0


class Arms(Protocol):
    """What the inner integral over baselines asks."""

    def log(self, b: Array, d: Array, point: Mapping[str, Array], *, order: int) -> Array:
        """Log probability of the trials' data at b (g, n, k), d (n, k), ω (n, 1)."""

    def edge(self, d: Array) -> Array:
        """Give b where it may not be smooth, (n, k); nan where there is none."""


class Counts(NamedTuple):
    """Events and participants of both arms, (k,) each."""

    x1: Array
    n1: Array
    x2: Array
    n2: Array


@dataclass(frozen=True, eq=False)
class BinomialArms:
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
        own = _choose(n1, x1) + _choose(n2, x2)
        return own + _bernoulli(x1, n1 - x1, first) + _bernoulli(x2, n2 - x2, second)

    def chances(self, b: Array, d: Array) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        """Give log p and log(1 − p) of both arms."""
        return self.link.chances(b, d), log_chances(b)

    def edge(self, d: Array) -> Array:
        """See `Arms.edge`."""
        return self.link.edge(d)


@dataclass(frozen=True, eq=False)
class PartlySeenArms:
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
        return total + _choose(n1, x1) + _choose(n2, x2)

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
class BetaBinomialArms:
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
        size = np.clip((1.0 - point["rho"]) / point["rho"], 1e-12, 1e15)
        first, second = self.whole.chances(b, d)
        return _overdispersed(x1, n1, size=size, chances=first) + _overdispersed(
            x2, n2, size=size, chances=second
        )

    def edge(self, d: Array) -> Array:
        """See `Arms.edge`."""
        return self.whole.edge(d)


@dataclass(frozen=True, eq=False)
class PoissonArms:
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


def seen_risk(p: Array, share: Array, delta: Array) -> Array:
    """Give the risk π of those who were seen, of whom everyone's risk p follows.

    The root of p = (1 − α)π + α expit(logit π + δ) that lies between 0 and 1:
    (1 − α)(I − 1)π² + (1 − α + αI − p(I − 1))π − p = 0 with I = exp δ, without cancellation.
    """
    odds = np.exp(delta)
    a = (1.0 - share) * (odds - 1.0)
    b = 1.0 - share + share * odds - p * (odds - 1.0)
    return 2.0 * p / (b + np.sqrt(b * b + 4.0 * a * p))


def log_rising(a: Array, x: Array) -> Array:
    """Give log Γ(a + x)/Γ(a) without cancellation where a is large."""
    small = np.minimum(a, _STIRLING)
    plain = gammaln(small + x) - gammaln(small)
    large = np.maximum(a, _STIRLING)
    tail = _series(large + x) - _series(large)
    far = (large - 0.5) * np.log1p(x / large) + x * np.log(large + x) - x + tail
    return np.where(a < _STIRLING, plain, far)


def _series(a: Array) -> Array:
    r = 1.0 / a
    return r / 12.0 - r**3 / 360.0 + r**5 / 1260.0 - r**7 / 1680.0


def _choose(n: Array, x: Array) -> Array:
    return gammaln(n + 1.0) - gammaln(x + 1.0) - gammaln(n - x + 1.0)


def _bernoulli(x: Array, rest: Array, chances: tuple[Array, Array]) -> Array:
    log_p, log_q = chances
    return x * np.maximum(log_p, _LOG_NOTHING) + rest * np.maximum(log_q, _LOG_NOTHING)


def _rate(x: Array, t: Array, log_rate: Array) -> Array:
    with np.errstate(over="ignore"):
        return x * (log_rate + np.log(t)) - t * np.exp(log_rate) - gammaln(x + 1.0)


def _overdispersed(x: Array, n: Array, *, size: Array, chances: tuple[Array, Array]) -> Array:
    p, q = (np.maximum(np.exp(each), 1e-290) * size for each in chances)
    rising = log_rising(p, x) + log_rising(q, n - x) - log_rising(size + 0.0 * p, n)
    return _choose(n, x) + rising


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
