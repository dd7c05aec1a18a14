"""Likelihoods of the arms' own data, in which every trial's true effect stays a parameter."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from consilience.effects import Effects
from consilience.errors import RefusalError
from consilience.gaussian import Array, Hyper
from consilience.likelihoods.base import Likelihood
from consilience.likelihoods.cells import native, refuse_measure, refuse_shared
from consilience.likelihoods.curves import Curves
from consilience.likelihoods.falling import Told
from consilience.likelihoods.newcomers import OF_RISKS, Design

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


_ROWS = 5_000


class World(NamedTuple):
    """What the arms' data are drawn from."""

    d: Array
    """True effects (k,), intervention minus comparator."""
    b: Array
    """Baselines (k,)."""
    point: Mapping[str, Any]
    """The likelihood's hyperparameters: floats, or (k,)."""
    rng: np.random.Generator


@dataclass(frozen=True, slots=True)
class Counted(Likelihood):
    """The arms' data given the true effects; nothing is estimated for a trial by itself first."""

    design: ClassVar[Design] = OF_RISKS

    @property
    def by_curves(self) -> bool:
        """See `Likelihood.by_curves`: they are."""
        return True

    @property
    @abstractmethod
    def codes(self) -> tuple[str, ...]:
        """The measures that it speaks about."""

    def hypers(self, effects: Effects) -> tuple[Hyper, ...]:
        """See `Likelihood.hypers`."""
        return self.curves(effects).hypers

    def check(self, effects: Effects) -> None:
        """Say nothing if the effects are of its measures and share no participants.

        Raises
        ------
        ModelError
            If they are not.
        """
        refuse_measure(effects, self.codes, reader=type(self).__name__)
        refuse_shared(effects, reader=type(self).__name__)

    def refuse_weights(self, effects: Effects, v: Array) -> None:
        """See `Likelihood.refuse_weights`."""
        if not np.array_equal(effects.v, v):
            raise RefusalError(
                f"The {type(self).__name__} likelihood takes the arms' data as they are and cannot "
                "trust some trials less by their sampling variances. Use bias.Nothing(), a bias "
                "that shifts (bias.RiskOfBias), or likelihoods.Normal()."
            )

    def drawn(
        self, theta: Array, point: Mapping[str, float], *, effects: Effects,
        rng: np.random.Generator,
    ) -> Effects:  # fmt: skip
        """See `Likelihood.drawn`."""
        b = self.prior_baselines(point, effects.k, rng)
        world = World(native(effects) * theta, b, point, rng)
        return recounted(effects, self.cells(effects, world))

    def replicated(
        self, theta: tuple[Array, Array], point: Mapping[str, Array], *, effects: Effects,
        rng: np.random.Generator,
    ) -> Array:  # fmt: skip
        """See `Likelihood.replicated`; baselines are drawn given the trial's own data."""
        own, new = theta
        b = self.curves(effects).baselines(own, point, rng)
        pieces = np.array_split(np.arange(len(new)), max(1, new.size // _ROWS))
        worlds = (
            World(new[at], b[at], {name: values[at] for name, values in point.items()}, rng)
            for at in pieces
        )
        return np.concatenate([self._repeated(effects, world) for world in worlds])

    def _repeated(self, effects: Effects, world: World) -> Array:
        """Draw the same trials n times over from (n, k) effects and baselines."""
        n, k = world.d.shape
        rows = np.tile(np.arange(k), n)
        many = replace(
            effects, y=effects.y[rows], v=effects.v[rows], table=effects.table.iloc[rows]
        )
        wide = {name: np.repeat(values, k) for name, values in world.point.items()}
        flat = World(native(many) * world.d.ravel(), world.b.ravel(), wide, world.rng)
        return recounted(many, self.cells(many, flat)).y.reshape(n, k)

    def prior_baselines(
        self, point: Mapping[str, float], k: int, rng: np.random.Generator
    ) -> Array:
        """Draw the baselines (k,) of trials; zeros in the base version, which has none."""
        del point, rng
        return np.zeros(k)

    @property
    def populated(self) -> bool:
        """Whether baselines are draws from a population, so that a new trial has one too."""
        return False

    def begun(self, effects: Effects, world: World) -> Mapping[str, Array]:
        """Draw the arms' data of trials that are not done yet, (k,) by column."""
        return self.cells(effects, world)

    def comparators(
        self, effects: Effects, theta: Array, *, point: Mapping[str, Array],
        rng: np.random.Generator,
    ) -> Array:  # fmt: skip
        """Draw the baselines (n, k) of trials that were seen, given their true effects (n, k)."""
        return self.curves(effects).baselines(theta, point, rng)

    @abstractmethod
    def told(
        self, effects: Effects, place: int, *, theta: Array, point: Mapping[str, Array]
    ) -> Told:
        """See `Likelihood.told`."""

    @abstractmethod
    def cells(self, effects: Effects, world: World) -> Mapping[str, Array]:
        """Draw the arms' data, (k,) by column."""

    @abstractmethod
    def curves(self, effects: Effects) -> Curves:
        """See `Likelihood.curves`."""

    @abstractmethod
    def observe(self, d: "TensorVariable", effects: Effects) -> None:
        """Add the data to the PyMC model in context, d being intervention minus comparator."""

    def pymc(
        self, location: "TensorVariable", variance: "TensorVariable", *, effects: Effects
    ) -> None:
        """See `Likelihood.pymc`; true effects are sampled, non-centred."""
        import pymc as pm

        kept, some = _counting(effects)
        self.check(some)
        theta = location[kept]
        if not _nothing(variance):
            unit = pm.Normal("theta_unit", 0.0, 1.0, dims="estimate")
            theta = theta + pm.math.sqrt(variance * np.ones(effects.k))[kept] * unit
        theta = pm.Deterministic("theta", theta, dims="estimate")
        self.observe(native(some) * theta, some)

    def pymc_mixture(
        self,
        location: "TensorVariable",
        variances: "TensorVariable",
        *,
        shares: "TensorVariable",
        effects: Effects,
    ) -> None:
        """See `Likelihood.pymc_mixture`; true effects are sampled from the mixture itself."""
        import pymc as pm

        kept, some = _counting(effects)
        self.check(some)
        spread = pm.math.sqrt(variances * np.ones((effects.k, 1)))[kept]
        parts = pm.Normal.dist(location[kept][:, None], spread)
        theta = pm.Mixture("theta", w=shares, comp_dists=parts, dims="estimate")
        self.observe(native(some) * theta, some)


def _counting(effects: Effects) -> tuple[NDArray[np.bool_] | slice, Effects]:
    """Give the places of the trials that count, whose variance is finite, and these trials."""
    counted = np.isfinite(effects.v)
    return (slice(None), effects) if counted.all() else (counted, effects.keep(counted))


def recounted(effects: Effects, cells: Mapping[str, Array]) -> Effects:
    """Put other data in the place of those found, and compute the estimates again.

    Parameters
    ----------
    effects : Effects
        The trials.
    cells : mapping of str to array (k,)
        The arms' data by column. An estimate that cannot be computed from them is 0, with the
        variance that stood there.
    """
    table, sign = effects.table.assign(**cells), native(effects)
    y, v = effects.measure.compute(table)
    whole = np.isfinite(y) & np.isfinite(v) & (v > 0.0)
    y, v = np.where(whole, sign * y, 0.0), np.where(whole, v, effects.v)
    return replace(effects, y=y + 0.0, v=v, table=table)


def _nothing(variance: "TensorVariable") -> bool:
    """Say whether true effects do not scatter: zero, whatever the parameters."""
    from pytensor.tensor.basic import get_underlying_scalar_constant_value as constant

    value = constant(variance, raise_not_constant=False)
    return isinstance(value, np.ndarray | np.number) and bool(value == 0.0)
