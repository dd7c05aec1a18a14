"""Events where some participants are missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.polynomial import hermite_e
from scipy.special import logsumexp

from consilience.gaussian import Array
from consilience.likelihoods.arms.base import Arms
from consilience.likelihoods.arms.binomial import BinomialArms, bernoulli
from consilience.likelihoods.counting import log_choose
from consilience.likelihoods.missing import Missing


@final
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
            total = np.logaddexp(total, log_mass + bernoulli(x1, n1 - x1, seen) + alone)
        return total + log_choose(n1, x1) + log_choose(n2, x2)

    def _second(
        self, chances: tuple[Array, Array], mean: float, *, spread: float, order: int
    ) -> Array:
        """Log probability of the comparator's events, its own part of the odds ratio summed out."""
        _, _, x, n = self.whole.counts
        parts = [
            log_mass + bernoulli(x, n - x, _seen(chances, self.share2, mean + spread * z))
            for z, log_mass in _normal(order, varies=spread > 0.0)
        ]
        return logsumexp(parts, axis=0)

    def edge(self, d: Array) -> Array:
        """See `Arms.edge`."""
        return self.whole.edge(d)


def seen_risk(p: Array, share: Array, delta: Array) -> Array:
    """Give the risk π of those who were seen, of whom everyone's risk p follows.

    The root of p = (1 − α)π + α expit(logit π + δ) that lies between 0 and 1:
    (1 − α)(I − 1)π² + (1 − α + αI − p(I − 1))π − p = 0 with I = exp δ, without cancellation.
    """
    odds = np.exp(delta)
    a = (1.0 - share) * (odds - 1.0)
    b = 1.0 - share + share * odds - p * (odds - 1.0)
    return 2.0 * p / (b + np.sqrt(b * b + 4.0 * a * p))


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
