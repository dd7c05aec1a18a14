"""A heterogeneity of its own for each group of trials."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from consilience.effects import Effects
from consilience.gaussian import Array, Hyper, Point, Scatter
from consilience.heterogeneity.base import Heterogeneity, Spread, settle
from consilience.heterogeneity.groups import Groups, Somewhere, grouped, named
from consilience.priors import HalfWeaklyInformative, Prior

if TYPE_CHECKING:
    import pandas as pd
    from pytensor.tensor import TensorVariable


@dataclass(frozen=True, slots=True)
class ByGroup(Heterogeneity):
    """Trials of each group scatter by an SD of their own: θᵢ ~ N(ηᵢ, τ²[group(i)]).

    The groups' τ are independent, τ[g] ~ prior: nothing is learnt from one group about another, so
    each needs several trials. Exact for up to three groups (fewer where other terms bring
    hyperparameters); `PooledByGroup` lets groups learn from one another.

    Parameters
    ----------
    by : str
        The column of the trial table that names the groups.
    tau : Prior
        Prior of each group's τ, on the effect's scale. The default is a HalfNormal of a quarter of
        a unit-information SD (0.5 for standardised mean differences);
        on log ratios, of 0.5.

    Raises
    ------
    ModelError
        If `by` is no name, or tau no prior on [0, ∞).

    References
    ----------
    Borenstein et al. (2009), *Introduction to Meta-Analysis*, ch. 19: subgroups with separate
    estimates of τ². Röver et al. (2021), doi:10.1002/jrsm.1475, for the default.
    """

    by: str
    tau: Prior = field(default_factory=HalfWeaklyInformative)

    def __post_init__(self) -> None:
        """Refuse what is no column or no prior on a standard deviation."""
        named("by", self.by)
        settle(self, "tau")

    def scatter(self, effects: Effects) -> Scatter:
        """See `Heterogeneity.scatter`."""
        return _Separate(grouped(effects, self.by), self.tau)

    def reads(self, column: str) -> bool:
        """See `Heterogeneity.reads`."""
        return column == self.by

    def pymc(self, predictor: "TensorVariable", effects: Effects) -> Spread:
        """See `Heterogeneity.pymc`."""
        tau = self.tau.pymc("tau", dims="tau_level")
        return Spread(predictor, tau[grouped(effects, self.by).places] ** 2)


@dataclass(frozen=True, slots=True, eq=False)
class _Separate(Scatter):
    """A variance for each group, τ[g]²."""

    groups: Groups
    tau: Prior

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """See `Population.hypers`: one τ for each group."""
        return tuple(Hyper(name, self.tau) for name in self.groups.named("tau"))

    def variance(self, point: Point) -> Array:
        """See `Scatter.variance`: that of each trial's group."""
        return self._squares(point)[:, self.groups.places]

    def at(self, new: "pd.DataFrame") -> Scatter:
        """See `Population.at`; only groups that were analysed."""
        return replace(self, groups=self.groups.at(new))

    def anywhere(self) -> Somewhere:
        """See `Population.anywhere`: the groups in their shares."""
        return Somewhere(self.hypers, self.groups.shares, self._squares)

    def without(self, place: int) -> Scatter:
        """See `Scatter.without`; a group that loses its last trial keeps its τ."""
        return replace(self, groups=self.groups.without(place))

    def _squares(self, point: Point) -> Array:
        """Give τ² of each group, (nodes, groups)."""
        return np.stack([point[hyper.name] ** 2 for hyper in self.hypers], axis=1)
