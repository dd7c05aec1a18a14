"""Events given the total of both arms: no baseline is left."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from scipy.special import logsumexp

from consilience.effects import Effects
from consilience.gaussian import Array
from consilience.likelihoods.arms import Counts
from consilience.likelihoods.binomial import Binomial, counts_of
from consilience.likelihoods.cells import native
from consilience.likelihoods.counted import World
from consilience.likelihoods.counting import log_choose
from consilience.likelihoods.curves import ORDER, Curves
from consilience.likelihoods.events import Events, ways_of
from consilience.likelihoods.falling import Ways

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

_CELLS = 4_000_000


@final
@dataclass(frozen=True, slots=True)
class Hypergeometric(Events):
    """Events of the intervention given all events: the conditional (noncentral) likelihood.

    p(x | m, θ) = C(n₁, x) C(n₂, m − x) e^(xθ) / Σᵤ C(n₁, u) C(n₂, m − u) e^(uθ), m = x₁ + x₂. Free
    of baselines, and of assumptions about them. A trial in which nobody, or everybody, had the
    event carries no information here; it stays in, and the answer says so.

    References
    ----------
    Stijnen, Hamza & Özdemir (2010), doi:10.1002/sim.4040. Fisher (1935), doi:10.2307/2342435.
    """

    @property
    def speaks_of(self) -> str:
        """See `Likelihood.speaks_of`."""
        return "counts given their total"

    @property
    def codes(self) -> tuple[str, ...]:
        """See `Counted.codes`."""
        return ("OR",)

    def curves(self, effects: Effects) -> Curves:
        """See `Likelihood.curves`."""
        self.check(effects)
        counts = counts_of(effects, "Hypergeometric")
        total = counts.x1 + counts.x2
        silent = (total == 0.0) | (total == counts.n1 + counts.n2)
        log_ways, u = _ways(counts)
        return _Odds(
            effects.y, np.sqrt(effects.v), (), silent, log_ways, u, counts.x1, native(effects)
        )

    def ways(self, effects: Effects) -> Ways:
        """See `Events.ways`: as many as there are participants."""
        return ways_of(counts_of(effects, "Hypergeometric"))

    def cells(self, effects: Effects, world: World) -> Mapping[str, Array]:
        """See `Counted.cells`; the total of events stays as it is."""
        counts = counts_of(effects, "Hypergeometric")
        log_ways, u = _ways(counts)
        heights = log_ways + u * world.d[:, None]
        below = np.cumsum(np.exp(heights - logsumexp(heights, axis=1, keepdims=True)), axis=1)
        at = np.sum(below < world.rng.random((effects.k, 1)) * below[:, -1:], axis=1)
        x1 = u[np.arange(effects.k), at]
        return {"events1": x1, "events2": counts.x1 + counts.x2 - x1}

    def begun(self, effects: Effects, world: World) -> Mapping[str, Array]:
        """See `Counted.begun`: what a trial has before anything is given, binomial arms."""
        return Binomial().cells(effects, world)

    def comparators(
        self, effects: Effects, theta: Array, *, point: Mapping[str, Array],
        rng: np.random.Generator,
    ) -> Array:  # fmt: skip
        """See `Counted.comparators`: as `Binomial` with its default prior reads both arms."""
        return Binomial().comparators(effects, theta, point=point, rng=rng)

    def observe(self, d: "TensorVariable", effects: Effects) -> None:
        """See `Counted.observe`; as a potential, for PyMC has no such distribution."""
        import pymc as pm

        counts = counts_of(effects, "Hypergeometric")
        log_ways, u = _ways(counts)
        log_total = pm.math.logsumexp(log_ways + u * d[:, None], axis=1, keepdims=False)
        pm.Potential("events1", counts.x1 * d - log_total)


@dataclass(frozen=True, eq=False)
class _Odds(Curves):
    """log p(x | m, θ), θ a log odds ratio."""

    log_ways: Array
    u: Array
    x1: Array
    sign: Array

    def log(self, theta: Array, point: Mapping[str, Array], *, order: int = ORDER) -> Array:  # noqa: ARG002
        """See `Curves.log`: a finite sum."""
        at = np.arange(len(self.x1))
        own = self.log_ways[at, (self.x1 - self.u[:, 0]).astype(int)]
        d = self.sign * theta
        pieces = np.array_split(d, max(1, d.size * self.u.shape[1] // _CELLS))
        totals = [logsumexp(self.log_ways + self.u * some[..., None], axis=-1) for some in pieces]
        return own + self.x1 * d - np.concatenate(totals)


def _ways(counts: Counts) -> tuple[Array, Array]:
    """Log C(n₁, u) C(n₂, m − u) and u, (k, s); −∞ beyond what a trial allows."""
    x1, n1, x2, n2 = (column[:, None] for column in counts)
    lowest, highest = np.maximum(0.0, x1 + x2 - n2), np.minimum(n1, x1 + x2)
    u = lowest + np.arange(int((highest - lowest).max()) + 1)
    inside = np.minimum(u, highest)
    log_ways = log_choose(n1, inside) + log_choose(n2, x1 + x2 - inside)
    return np.where(u <= highest, log_ways, -np.inf), inside
