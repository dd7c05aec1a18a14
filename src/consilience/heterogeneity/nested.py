"""Estimates within trials within clusters."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from consilience.design.columns import as_labels
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.gaussian import Array, Components, Hyper, Nesting, Point, Population, Scatter, Tie
from consilience.heterogeneity.base import Heterogeneity, Spread
from consilience.heterogeneity.clusters import labels_or_new, numbered
from consilience.heterogeneity.groups import named
from consilience.heterogeneity.normal import Normal
from consilience.heterogeneity.tied import Tied
from consilience.priors import HalfWeaklyInformative, Prior, standing

if TYPE_CHECKING:
    import pandas as pd
    from pytensor.tensor import TensorVariable

type Unit = tuple[str, ...]
"""The names of a unit and of those that it lies in, the outermost first."""


@dataclass(frozen=True, slots=True)
class Nested(Heterogeneity):
    """True effects share what their clusters have in common: θᵢ = ηᵢ + Σₗ uₗ[unit(i)] + wᵢ.

    uₗ ~ N(0, τₗ²) for each level of clusters and wᵢ from the scatter within: the three-level model
    for one level. What is shared is integrated out. Under a scatter `within` of
    `heterogeneity.Nothing` the estimates of one unit are views of one true effect. Each level's SD
    is reported as ``tau_`` and its column.

    Parameters
    ----------
    by : str or sequence of str
        Columns of the trial table that name the clusters, the outermost first. A unit lies within
        the one above it: school 1 of district A is not school 1 of district B.
    tau : Prior or sequence of Prior
        Prior of τₗ, the SD between the units of a level, on the effect's scale: one for each level,
        or one for all. The default is a HalfNormal of a quarter of a unit-information SD (0.5 for
        standardised mean differences); on log ratios, of 0.5.
    within : Heterogeneity
        How true effects scatter within the innermost units; Normal by default.

    Raises
    ------
    ModelError
        If a column is no name or stands twice, or there are not as many priors as levels.

    References
    ----------
    Konstantopoulos (2011), doi:10.1002/jrsm.35. Van den Noortgate et al. (2013),
    doi:10.3758/s13428-012-0261-6.
    """

    by: tuple[str, ...] = ("study",)
    tau: tuple[Prior, ...] = field(default_factory=lambda: (HalfWeaklyInformative(),))
    within: Heterogeneity = field(default_factory=Normal)

    def __post_init__(self) -> None:
        """Refuse what is no column or no prior on a standard deviation."""
        by = tuple(self.by) if isinstance(self.by, list | tuple) else (self.by,)
        given = self.tau if isinstance(self.tau, list | tuple) else (self.tau,)
        for column in by:
            named("by", column)
        if not by or len(set(by)) < len(by):
            raise ModelError(f"by takes one or more different columns, not {self.by!r}.")
        taus = tuple(standing(prior, "tau") for prior in given)
        if len(taus) not in (1, len(by)):
            raise ModelError(
                f"Nested has {len(by)} levels of clusters, {', '.join(by)}, and {len(taus)} priors "
                "of their SDs. Give one for each, or one for all."
            )
        if not isinstance(self.within, Heterogeneity):
            raise ModelError(
                f"within takes a Heterogeneity, such as heterogeneity.Normal(), not "
                f"{self.within!r}."
            )
        object.__setattr__(self, "by", by)
        object.__setattr__(self, "tau", taus)
        self._refuse_negative()

    def _refuse_negative(self) -> None:
        """Refuse priors that are not on standard deviations: a `Hyper` checks its own."""
        if not self._hypers:
            raise ModelError("Nested needs at least one level of clusters.")

    @property
    def _hypers(self) -> tuple[Hyper, ...]:
        """Give τ of each level, the outermost first."""
        taus = self.tau if len(self.tau) == len(self.by) else self.tau * len(self.by)
        pairs = zip(self.by, taus, strict=True)
        return tuple(Hyper(f"tau_{column}", prior) for column, prior in pairs)

    def scatter(self, effects: Effects) -> Scatter:
        """See `Heterogeneity.scatter`.

        Raises
        ------
        ModelError
            If the scatter within is not normal, or ties estimates itself.
        """
        inner = self.within.population(effects)
        if not inner.normal or inner.ties:
            raise ModelError(
                f"{type(self.within).__name__} cannot stand within Nested: that takes a normal "
                "scatter of single true effects. Use heterogeneity.Normal, ByGroup, LogLinear or "
                "Nothing."
            )
        units = _units([as_labels(effects.table, column) for column in self.by])
        numbers = numbered(unit[:level] for unit in units for level in range(1, len(unit) + 1))
        tie = Nesting(_labels(units, numbers), tuple(hyper.name for hyper in self._hypers))
        return _Nests(self._hypers, self.by, numbers, tie, self.within.scatter(effects))

    def random(self) -> str:
        """See `Heterogeneity.random`: a path of columns."""
        return "/".join(part for part in (*self.by, self.within.random()) if part)

    def reads(self, column: str) -> bool:
        """See `Heterogeneity.reads`."""
        return column in self.by or self.within.reads(column)

    def needs(self, column: str) -> bool:
        """See `Heterogeneity.needs`: a trial of a cluster that is not named is of a new one."""
        return self.within.needs(column)

    def pymc(self, predictor: "TensorVariable", effects: Effects) -> Spread:
        """See `Heterogeneity.pymc`; what is shared is marginalised."""
        import pytensor.tensor as pt

        squares = [hyper.prior.pymc(hyper.name) ** 2 for hyper in self._hypers]
        inner = self.within.pymc(predictor, effects)
        ties = ((self.scatter(effects).ties[0], pt.cumsum(pt.stack(squares))),)
        return Tied(inner.location, inner.variance + pt.sum(pt.stack(squares)), ties)


@dataclass(frozen=True, slots=True, eq=False)
class _Nests(Scatter):
    """What the units of each level share, and a scatter within."""

    own: tuple[Hyper, ...]
    by: tuple[str, ...]
    numbers: Mapping[Unit, int]
    tie: Nesting
    inner: Scatter

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """See `Population.hypers`: those of the levels, then those within."""
        return (*self.own, *self.inner.hypers)

    @property
    def ties(self) -> tuple[Tie, ...]:
        """See `Population.ties`: estimates of one unit, on every level."""
        return (self.tie,)

    def variance(self, point: Point) -> Array:
        """See `Scatter.variance`: what is shared and what is within."""
        return self.inner.variance(point) + self._shared(point)[:, None]

    def own_variance(self, point: Point) -> Array:
        """See `Scatter.own_variance`: what is within."""
        return self.inner.variance(point)

    def at(self, new: "pd.DataFrame") -> Population:
        """See `Population.at`; of known units or new ones."""
        units = _units([labels_or_new(new, column) for column in self.by])
        tie = replace(self.tie, labels=_labels(units, self.numbers))
        return _Joined(self, self.inner.at(new), tie)

    def anywhere(self) -> Population:
        """See `Population.anywhere`: a new unit on every level."""
        labels = np.arange(-len(self.by), 0)[None]
        return _Joined(self, self.inner.anywhere(), replace(self.tie, labels=labels))

    def without(self, place: int) -> Scatter:
        """See `Scatter.without`; of the tie and of what is within."""
        keep = np.arange(len(self.tie.labels)) != place
        return replace(self, tie=self.tie.keep(keep), inner=self.inner.without(place))

    def _shared(self, point: Point) -> Array:
        """Give Σ τₗ², (nodes,)."""
        return self.tie.values(point)[:, -1]


@dataclass(frozen=True, slots=True, eq=False)
class _Joined(Population):
    """New trials: what their clusters share, and a scatter within that may be a mixture."""

    home: _Nests
    inner: Population
    tie: Nesting

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """See `Population.hypers`: those of the levels, then those within."""
        return self.home.hypers

    @property
    def ties(self) -> tuple[Tie, ...]:
        """See `Population.ties`: estimates of one unit, on every level."""
        return (self.tie,)

    def components(self, point: Point) -> Components:
        """See `Population.components`: those within, each wider by what is shared."""
        shares, variances = self.inner.components(point)
        return Components(shares, variances + self.home.tie.values(point)[:, -1, None, None])

    def at(self, new: "pd.DataFrame") -> Population:
        """See `Population.at`; of known units or new ones."""
        return self.home.at(new)

    def anywhere(self) -> Population:
        """See `Population.anywhere`: a new unit on every level."""
        return self.home.anywhere()


def _units(columns: list[list[str]]) -> list[Unit]:
    """Name the innermost unit of every row."""
    return list(zip(*columns, strict=True))


def _labels(units: list[Unit], numbers: Mapping[Unit, int]) -> NDArray[np.intp]:
    """Give the unit of every row on each level, (rows, l); one never seen has a negative number."""
    every = [[unit[: level + 1] for level in range(len(unit))] for unit in units]
    unseen = numbered(unit for row in every for unit in row if unit not in numbers)
    rows = [[numbers.get(unit, -1 - unseen.get(unit, 0)) for unit in row] for row in every]
    return np.array(rows, dtype=np.intp)
