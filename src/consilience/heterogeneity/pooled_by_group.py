"""A heterogeneity for each group of trials, partially pooled."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial import hermite_e

from consilience.design.columns import as_labels
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.gaussian import REAL, Array, Components, Hyper, Point, Population, Scatter
from consilience.heterogeneity.base import Heterogeneity, Spread, settle
from consilience.heterogeneity.groups import Groups, grouped, named
from consilience.priors import HalfNormal, HalfWeaklyInformative, Normal, Prior

if TYPE_CHECKING:
    import pandas as pd
    from pytensor.tensor import TensorVariable

_NODES = 24


@dataclass(frozen=True, slots=True)
class PooledByGroup(Heterogeneity):
    """Groups' SDs are draws from a population: log τ[g] ~ N(log τ, s²), θᵢ ~ N(ηᵢ, τ²[group(i)]).

    Groups with few trials borrow from the others, and a group never seen is a new draw.
    ``tau_typical`` is the population's median τ, ``tau_spread`` its s, ``tau_deviation[g]`` the
    group's (log τ[g] − log τ)/s. With two or more groups there are more than three
    hyperparameters: `engines.Nuts`.

    Parameters
    ----------
    by : str
        The column of the trial table that names the groups.
    tau : Prior
        Prior of the median τ, on the effect's scale. The default is a HalfNormal of a quarter of a
        unit-information SD (0.5 for standardised mean differences);
        on log ratios, of 0.5.
    spread : Prior
        Prior of s, the SD of log τ between groups. Under the default HalfNormal(0.5) two groups'
        SDs differ by less than a factor of about 3 with 90 %.

    Raises
    ------
    ModelError
        If `by` is no name, or tau or spread no prior on [0, ∞).

    References
    ----------
    Turner et al. (2012), doi:10.1093/ije/dys041: log-normal distributions of heterogeneity over
    kinds of meta-analysis.
    """

    by: str
    tau: Prior = field(default_factory=HalfWeaklyInformative)
    spread: Prior = field(default_factory=lambda: HalfNormal(0.5))

    def __post_init__(self) -> None:
        """Refuse what is no column or no prior on a standard deviation."""
        named("by", self.by)
        settle(self, "tau")
        settle(self, "spread")

    def scatter(self, effects: Effects) -> Scatter:
        """See `Heterogeneity.scatter`."""
        return _Pooled(self._groups(effects), self.tau, self.spread)

    def reads(self, column: str) -> bool:
        """See `Heterogeneity.reads`."""
        return column == self.by

    def pymc(self, predictor: "TensorVariable", effects: Effects) -> Spread:
        """See `Heterogeneity.pymc`; non-centred, because each group says little about its SD."""
        import pymc as pm

        typical, spread = self.tau.pymc("tau_typical"), self.spread.pymc("tau_spread")
        unit = pm.Normal("tau_deviation", 0.0, 1.0, dims="tau_deviation_level")
        tau = typical * pm.math.exp(spread * unit)
        return Spread(predictor, tau[self._groups(effects).places] ** 2)

    def _groups(self, effects: Effects) -> Groups:
        """Read the groups, of which there must be two."""
        groups = grouped(effects, self.by)
        if len(groups.levels) < 2:
            raise ModelError(
                f"PooledByGroup({self.by!r}) needs at least two groups among the trials; there is "
                f"only {groups.levels[0]!r}. Use heterogeneity.Normal."
            )
        return groups


@dataclass(frozen=True, slots=True, eq=False)
class _Pooled(Scatter):
    """A variance for each group, log τ[g] from a population."""

    groups: Groups
    tau: Prior
    spread: Prior

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """See `Population.hypers`: the typical τ, the spread, and a deviation for each group."""
        names = self.groups.named("tau_deviation")
        deviations = (Hyper(name, Normal(0.0, 1.0), REAL) for name in names)
        return (Hyper("tau_typical", self.tau), Hyper("tau_spread", self.spread), *deviations)

    def variance(self, point: Point) -> Array:
        """See `Scatter.variance`: that of each trial's group."""
        taus = np.stack(list(self.derived(point).values()), axis=1)
        return taus[:, self.groups.places] ** 2

    def derived(self, point: Point) -> Mapping[str, Array]:
        """See `Population.derived`: τ of each group."""
        typical, spread = point["tau_typical"], point["tau_spread"]
        pairs = zip(self.groups.named("tau"), self.groups.named("tau_deviation"), strict=True)
        return {name: typical * np.exp(spread * point[unit]) for name, unit in pairs}

    def at(self, new: "pd.DataFrame") -> Population:
        """See `Population.at`; a group never seen is drawn from the population."""
        names = as_labels(new, self.groups.by)
        if all(name in self.groups.levels for name in names):
            return replace(self, groups=self.groups.at(new))
        return _Visited(self, tuple(names))

    def anywhere(self) -> Population:
        """See `Population.anywhere`: a group never seen."""
        return _Visited(self, ("",))

    def without(self, place: int) -> Scatter:
        """See `Scatter.without`; the population keeps its groups."""
        return replace(self, groups=self.groups.without(place))


@dataclass(frozen=True, slots=True, eq=False)
class _Visited(Population):
    """New trials, some of groups never seen: log τ ~ N(log τ, s²), by Gauss–Hermite quadrature."""

    home: _Pooled
    names: tuple[str, ...]

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """See `Population.hypers`: the typical τ, the spread, and a deviation for each group."""
        return self.home.hypers

    def components(self, point: Point) -> Components:
        """See `Population.components`: one of a known group, the nodes of a rule for a new one."""
        z, weights = hermite_e.hermegauss(_NODES)
        known = self.home.derived(point)
        fresh = point["tau_typical"][:, None] * np.exp(point["tau_spread"][:, None] * z)
        columns = [
            np.repeat(known[f"tau[{name}]"][:, None], _NODES, axis=1)
            if name in self.home.groups.levels
            else fresh
            for name in self.names
        ]
        return Components((weights / weights.sum())[None, :], np.stack(columns, axis=1) ** 2)

    def at(self, new: "pd.DataFrame") -> Population:
        """See `Population.at`; a group never seen is drawn from the population."""
        return self.home.at(new)

    def anywhere(self) -> Population:
        """See `Population.anywhere`: a group never seen."""
        return self.home.anywhere()
