"""Events in both arms as they were counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

import numpy as np

from consilience.effects import Effects
from consilience.gaussian import Array
from consilience.likelihoods import baselines, links, missing
from consilience.likelihoods.arms import Arms, BinomialArms, Counts, PartlySeenArms, seen_risk
from consilience.likelihoods.baselines import Baseline
from consilience.likelihoods.cells import EVENTS, PEOPLE, native, read
from consilience.likelihoods.counted import World
from consilience.likelihoods.curves import Curves
from consilience.likelihoods.events import Events, ways_of
from consilience.likelihoods.falling import Ways
from consilience.likelihoods.links import Link
from consilience.likelihoods.missing import Missing
from consilience.likelihoods.missing.base import refuse_outside
from consilience.likelihoods.parts import part
from consilience.likelihoods.shifted import Shifted
from consilience.likelihoods.two_arms import TwoArms

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

_MEN = {"events1": EVENTS, "n1": PEOPLE, "events2": EVENTS, "n2": PEOPLE}
_LOST = {"missing1": EVENTS, "missing2": EVENTS}


@final
@dataclass(frozen=True, slots=True)
class Binomial(Events):
    """Events of both arms: x₁ ~ Binomial(n₁, p₁), x₂ ~ Binomial(n₂, p₂), p₁ = link(p₂, θ).

    Trials without events in an arm, or in both, stay in as they are, without corrections.

    Parameters
    ----------
    link : Link
        ``Logit`` for odds ratios, ``Log`` for risk ratios, ``Identity`` for risk differences: it
        has to be that of the effects' measure.
    baseline : Baseline
        What is assumed about b = logit p₂ of the trials: ``Fixed(prior)``, each by itself, or
        ``Exchangeable(mean, sd)``.
    missing : Missing
        Participants without an outcome: ``Complete()``, nobody or available cases, or ``IMOR``.

    Raises
    ------
    ModelError
        If a setting is not of its kind.

    References
    ----------
    Smith, Spiegelhalter & Thomas (1995), doi:10.1002/sim.4780142408. Warn, Thompson & Spiegelhalter
    (2002), doi:10.1002/sim.1115.
    """

    link: Link = field(default_factory=links.Logit)
    baseline: Baseline = field(default_factory=baselines.Fixed)
    missing: Missing = field(default_factory=missing.Complete)

    def __post_init__(self) -> None:
        """Look names up."""
        put = object.__setattr__
        put(self, "link", part(self.link, links.get, kind=Link))
        put(self, "baseline", part(self.baseline, baselines.get, kind=Baseline))
        put(self, "missing", part(self.missing, missing.get, kind=Missing))
        refuse_outside(self.missing, "events", fit="IMOR")

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
        counts, shares = self._counts(effects)
        whole: Arms = BinomialArms(counts, self.link)
        if shares is not None:
            whole = PartlySeenArms(BinomialArms(counts, self.link), *shares, self.missing)
        return Shifted.of(TwoArms(
            effects.y, np.sqrt(effects.v), self.baseline.hypers, np.zeros(effects.k, bool),
            whole, self.baseline, native(effects),
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
        return ways_of(counts_of(effects, "Binomial"))

    def cells(self, effects: Effects, world: World) -> Mapping[str, Array]:
        """See `Counted.cells`."""
        counts, shares = self._counts(effects)
        first, second = BinomialArms(counts, self.link).chances(world.b, world.d)
        p1, p2 = np.exp(first[0]), np.exp(second[0])
        if shares is not None:
            given = self.missing.departure
            delta = given.mean + world.rng.standard_normal((effects.k, 2)) @ given.root.T
            p1, p2 = seen_risk(p1, shares[0], delta[:, 0]), seen_risk(p2, shares[1], delta[:, 1])
        return drawn_events(counts, (p1, p2), world.rng)

    def observe(self, d: "TensorVariable", effects: Effects) -> None:
        """See `Counted.observe`."""
        import pymc as pm

        counts, shares = self._counts(effects)
        b = self.baseline.pymc()
        p1, p2 = self.link.pymc(b, d), pm.math.sigmoid(b)
        if shares is not None:
            unit = pm.Normal("imor_unit", 0.0, 1.0, shape=(effects.k, 2))
            delta = self.missing.departure.mean + unit @ self.missing.departure.root.T
            p1 = _seen(p1, shares[0], delta[:, 0])
            p2 = _seen(p2, shares[1], delta[:, 1])
        pm.Binomial("events1", counts.n1, p1, observed=counts.x1, dims="estimate")
        pm.Binomial("events2", counts.n2, p2, observed=counts.x2, dims="estimate")

    def _counts(self, effects: Effects) -> tuple[Counts, tuple[Array, Array] | None]:
        names = _MEN | (_LOST if self.missing.columns else {})
        found = read(effects, names, reader="Binomial")
        counts = Counts(*(found[name] for name in _MEN))
        if not self.missing.columns:
            return counts, None
        lost = found["missing1"], found["missing2"]
        return counts, (lost[0] / (lost[0] + counts.n1), lost[1] / (lost[1] + counts.n2))


def counts_of(effects: Effects, reader: str) -> Counts:
    """Read events and participants of both arms.

    Raises
    ------
    DataError
        For counts that cannot be.
    """
    found = read(effects, _MEN, reader=reader)
    return Counts(*(found[name] for name in _MEN))


def drawn_events(
    counts: Counts, risks: tuple[Array, Array], rng: np.random.Generator
) -> dict[str, Array]:
    """Draw the events of both arms, (k,) by column."""
    sizes = (counts.n1, counts.n2)
    drawn = [
        rng.binomial(n.astype(int), np.clip(p, 0.0, 1.0)).astype(float)
        for n, p in zip(sizes, risks, strict=True)
    ]
    return {"events1": drawn[0], "events2": drawn[1]}


def _seen(p: "TensorVariable", share: Array, delta: "TensorVariable") -> "TensorVariable":
    """Give the risk of those who were seen, as `arms.seen_risk` does."""
    import pymc as pm

    odds = pm.math.exp(delta)
    a, b = (1.0 - share) * (odds - 1.0), 1.0 - share + share * odds - p * (odds - 1.0)
    return 2.0 * p / (b + pm.math.sqrt(b * b + 4.0 * a * p))
