"""Events over person-time in both arms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np

from consilience.effects import Effects
from consilience.gaussian import Array
from consilience.likelihoods import baselines
from consilience.likelihoods.arms import PoissonArms
from consilience.likelihoods.baselines import Baseline
from consilience.likelihoods.cells import EVENTS, TIME, native, read
from consilience.likelihoods.counted import World
from consilience.likelihoods.counting import log_choose
from consilience.likelihoods.curves import Curves
from consilience.likelihoods.events import Events
from consilience.likelihoods.falling import Ways
from consilience.likelihoods.newcomers import OF_RATES, Design
from consilience.likelihoods.parts import part
from consilience.likelihoods.shifted import Shifted
from consilience.likelihoods.two_arms import TwoArms

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

_NAMES = {"events1": EVENTS, "person_time1": TIME, "events2": EVENTS, "person_time2": TIME}
_MOST = 40.0


@final
@dataclass(frozen=True, slots=True)
class Poisson(Events):
    """Events over person-time: x₁ ~ Poisson(t₁ e^(b + θ)), x₂ ~ Poisson(t₂ e^b).

    The effect is a log ratio of incidence rates. Arms without events stay in as they are.

    Parameters
    ----------
    baseline : Baseline
        What is assumed about b, the comparator's log rate for one unit of person-time.

    Raises
    ------
    ModelError
        If the setting is no baseline.

    References
    ----------
    Stijnen, Hamza & Özdemir (2010), doi:10.1002/sim.4040.
    """

    baseline: Baseline = field(default_factory=baselines.Fixed)

    design: ClassVar[Design] = OF_RATES

    def __post_init__(self) -> None:
        """Look a name up."""
        found = part(self.baseline, baselines.get, kind=Baseline)
        object.__setattr__(self, "baseline", found)

    @property
    def speaks_of(self) -> str:
        """See `Likelihood.speaks_of`."""
        return "events of both arms over time"

    @property
    def codes(self) -> tuple[str, ...]:
        """See `Counted.codes`."""
        return ("IRR",)

    def curves(self, effects: Effects) -> Curves:
        """See `Likelihood.curves`."""
        self.check(effects)
        arms = PoissonArms(*read(effects, _NAMES, reader="Poisson").values())
        return Shifted.of(TwoArms(
            effects.y, np.sqrt(effects.v), self.baseline.hypers, np.zeros(effects.k, bool),
            arms, self.baseline, native(effects),
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
        """See `Events.ways`: any share of the total."""
        x1, _, x2, _ = read(effects, _NAMES, reader="Poisson").values()
        x = np.arange(float(x1[0] + x2[0]) + 1.0)
        return Ways(x, log_choose(x[-1:], x))

    def cells(self, effects: Effects, world: World) -> Mapping[str, Array]:
        """See `Counted.cells`; rates beyond e⁴⁰ events are held there."""
        _, t1, _, t2 = read(effects, _NAMES, reader="Poisson").values()
        b, d = world.b, world.d
        means = [np.exp(np.minimum(np.log(t) + rate, _MOST)) for t, rate in ((t1, b + d), (t2, b))]
        drawn = [world.rng.poisson(mean).astype(float) for mean in means]
        return {"events1": drawn[0], "events2": drawn[1]}

    def observe(self, d: "TensorVariable", effects: Effects) -> None:
        """See `Counted.observe`."""
        import pymc as pm

        x1, t1, x2, t2 = read(effects, _NAMES, reader="Poisson").values()
        b = self.baseline.pymc()
        pm.Poisson("events1", t1 * pm.math.exp(b + d), observed=x1, dims="estimate")
        pm.Poisson("events2", t2 * pm.math.exp(b), observed=x2, dims="estimate")
