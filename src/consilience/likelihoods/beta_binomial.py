"""Events that vary more than independent participants would."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

import numpy as np

from consilience.effects import Effects
from consilience.gaussian import UNIT, Array, Hyper
from consilience.likelihoods import baselines, links
from consilience.likelihoods.arms import BetaBinomialArms, BinomialArms
from consilience.likelihoods.baselines import Baseline
from consilience.likelihoods.binomial import counts_of, drawn_events
from consilience.likelihoods.cells import native
from consilience.likelihoods.counted import World
from consilience.likelihoods.curves import Curves
from consilience.likelihoods.events import Events, ways_of
from consilience.likelihoods.falling import Ways
from consilience.likelihoods.links import Link
from consilience.likelihoods.parts import part
from consilience.likelihoods.shifted import Shifted
from consilience.likelihoods.two_arms import TwoArms
from consilience.priors import Prior, Uniform, standing

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

_LEAST = 1e-12


@final
@dataclass(frozen=True, slots=True)
class BetaBinomial(Events):
    """Overdispersed events: xⱼ ~ BetaBinomial(nⱼ, pⱼ, ρ), p₁ = link(p₂, θ).

    The risk of an arm is itself a draw from Beta(p(1 − ρ)/ρ, (1 − p)(1 − ρ)/ρ): two participants of
    an arm have outcomes correlated by ρ, so that Var x = n p(1 − p)(1 + (n − 1)ρ).

    With true effects that scatter besides, `engines.Exact` tabulates each trial anew for every ρ,
    which takes a second or two for ten trials where the link is logit; other links it refuses.

    Parameters
    ----------
    link, baseline
        As in `Binomial`.
    rho : Prior
        Of ρ, between 0 and 1.

    Raises
    ------
    ModelError
        If a setting is not of its kind, or the prior reaches beyond 0 and 1.

    References
    ----------
    Kuss (2015), Statistical methods for meta-analyses including information from studies without
    any events, doi:10.1002/sim.6383.
    """

    link: Link = field(default_factory=links.Logit)
    baseline: Baseline = field(default_factory=baselines.Fixed)
    rho: Prior = field(default_factory=lambda: Uniform(0.0, 1.0))

    def __post_init__(self) -> None:
        """Look names up, and refuse what is no prior of a share."""
        put = object.__setattr__
        put(self, "link", part(self.link, links.get, kind=Link))
        put(self, "baseline", part(self.baseline, baselines.get, kind=Baseline))
        put(self, "rho", standing(self.rho, "rho"))
        Hyper("rho", self.rho, UNIT)

    @property
    def speaks_of(self) -> str:
        """See `Likelihood.speaks_of`."""
        return "counts of both arms"

    @property
    def codes(self) -> tuple[str, ...]:
        """See `Counted.codes`: those of the link."""
        return self.link.codes

    def curves(self, effects: Effects) -> Curves:
        """See `Likelihood.curves`."""
        self.check(effects)
        arms = BetaBinomialArms(BinomialArms(counts_of(effects, "BetaBinomial"), self.link))
        hypers = (*self.baseline.hypers, Hyper("rho", self.rho, UNIT))
        silent = np.zeros(effects.k, bool)
        return Shifted.of(TwoArms(
            effects.y, np.sqrt(effects.v), hypers, silent, arms, self.baseline, native(effects)
        ))  # fmt: skip

    @property
    def populated(self) -> bool:
        """See `Counted.populated`."""
        return bool(self.baseline.hypers)

    def prior_baselines(
        self, point: Mapping[str, float], k: int, rng: np.random.Generator
    ) -> Array:
        """See `Counted.prior_baselines`."""
        return self.baseline.draw(k, point, rng)

    def ways(self, effects: Effects) -> Ways:
        """See `Events.ways`: as many as there are participants."""
        return ways_of(counts_of(effects, "BetaBinomial"))

    def cells(self, effects: Effects, world: World) -> Mapping[str, Array]:
        """See `Counted.cells`."""
        counts = counts_of(effects, "BetaBinomial")
        chances = BinomialArms(counts, self.link).chances(world.b, world.d)
        rho = np.asarray(world.point["rho"], dtype=float)
        size = (1.0 - rho) / np.maximum(rho, _LEAST)
        risks = tuple(_vary(*each, size=size, rng=world.rng) for each in chances)
        return drawn_events(counts, risks, world.rng)  # type: ignore[arg-type]

    def observe(self, d: "TensorVariable", effects: Effects) -> None:
        """See `Counted.observe`."""
        import pymc as pm

        counts, b = counts_of(effects, "BetaBinomial"), self.baseline.pymc()
        rho = self.rho.pymc("rho")
        size = (1.0 - rho) / rho
        for name, n, x, p in (
            ("events1", counts.n1, counts.x1, self.link.pymc(b, d)),
            ("events2", counts.n2, counts.x2, pm.math.sigmoid(b)),
        ):
            alpha, beta = p * size, (1.0 - p) * size
            pm.BetaBinomial(name, alpha, beta, n, observed=x, dims="estimate")


def _vary(log_p: Array, log_q: Array, *, size: Array, rng: np.random.Generator) -> Array:
    """Draw risks about those expected; where the odds are beyond numbers, those themselves."""
    a, b = np.exp(log_p) * size, np.exp(log_q) * size
    able = (a > _LEAST) & (b > _LEAST)
    drawn = rng.beta(np.where(able, a, 1.0), np.where(able, b, 1.0))
    return np.where(able, drawn, rng.random(len(a)) < np.exp(log_p))
