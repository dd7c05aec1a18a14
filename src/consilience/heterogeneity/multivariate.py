"""Several outcomes of each study, whose true effects are correlated."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from consilience.design.columns import as_labels
from consilience.effects import Effects
from consilience.errors import ModelError, RefusalError
from consilience.gaussian import Array, Hyper, Outcomes, Point, Scatter, Tie
from consilience.heterogeneity import structures
from consilience.heterogeneity.base import Heterogeneity, Spread
from consilience.heterogeneity.clusters import labels_or_new, numbered
from consilience.heterogeneity.groups import Somewhere, named
from consilience.heterogeneity.structures import Structure, Unstructured
from consilience.heterogeneity.tied import Tied

if TYPE_CHECKING:
    import pandas as pd
    from pytensor.tensor import TensorVariable


@dataclass(frozen=True, slots=True)
class Multivariate(Heterogeneity):
    """True effects of several outcomes are correlated within a study: θₛ ~ N(ηₛ, Σ).

    Studies that did not measure an outcome stay in with those that they did. A mean for each
    outcome is a term: `terms.Linear` or `terms.Exchangeable` of the same column.

    Parameters
    ----------
    over : str or sequence of str
        The column that names the outcomes (or times); several are taken together.
    within : str
        The column that names the studies.
    structure : Structure
        Σ: `structures.Unstructured` by default; `HeterogeneousCompoundSymmetry`,
        `CompoundSymmetry`.

    Raises
    ------
    ModelError
        If a column is no name, or structure no Structure.

    References
    ----------
    van Houwelingen, Arends & Stijnen (2002), doi:10.1002/sim.1040. Jackson, Riley & White (2011),
    doi:10.1002/sim.4172.
    """

    over: tuple[str, ...] = ("outcome",)
    within: str = "study"
    structure: Structure = field(default_factory=Unstructured)

    def __post_init__(self) -> None:
        """Refuse what is no column or no structure."""
        over = tuple(self.over) if isinstance(self.over, list | tuple) else (self.over,)
        for column in over:
            named("over", column)
        named("within", self.within)
        if not over or len({*over, self.within}) < len(over) + 1:
            raise ModelError(
                f"Multivariate takes different columns; over = {self.over!r} and within = "
                f"{self.within!r} are not."
            )
        given = self.structure
        built = structures.get(given) if isinstance(given, str) else given
        if not isinstance(built, Structure):
            raise ModelError(
                f"structure takes a Structure, such as structures.Unstructured(), not {given!r}."
            )
        object.__setattr__(self, "over", over)
        object.__setattr__(self, "structure", built)

    def scatter(self, effects: Effects) -> Scatter:
        """See `Heterogeneity.scatter`.

        Raises
        ------
        ModelError
            If there is one outcome only, or a study reports an outcome twice.
        """
        return self._scatter(effects)

    def random(self) -> str:
        """See `Heterogeneity.random`: a structure over one column.

        Raises
        ------
        RefusalError
            For outcomes that several columns name.
        """
        if len(self.over) > 1:
            raise RefusalError(
                f"A classical model takes one column of outcomes, not {', '.join(self.over)}. Join "
                "them in a column of their own."
            )
        return f"{self.structure.code}({self.over[0]} | {self.within})"

    def reads(self, column: str) -> bool:
        """See `Heterogeneity.reads`."""
        return column in self.over or column == self.within

    def needs(self, column: str) -> bool:
        """See `Heterogeneity.needs`: a trial of a study that is not named is a new study."""
        return column in self.over

    def pymc(self, predictor: "TensorVariable", effects: Effects) -> Spread:
        """See `Heterogeneity.pymc`; true effects are marginalised study by study."""
        import pytensor.tensor as pt

        scatter = self._scatter(effects)
        (tie,) = scatter.ties
        sigma = self.structure.pymc(scatter.levels)
        return Tied(predictor, pt.diag(sigma)[tie.labels[:, 1]], ((tie, sigma.flatten()),))

    def _scatter(self, effects: Effects) -> "_Correlated":
        """Give the studies and outcomes their numbers."""
        outcomes = _joined(effects.table, self.over)
        levels = tuple(sorted(set(outcomes), key=lambda name: (name.casefold(), name)))
        if len(levels) < 2:
            raise ModelError(
                f"Multivariate needs at least two outcomes in {' and '.join(self.over)}; there is "
                f"only {levels[0]!r}. Use heterogeneity.Normal."
            )
        studies = as_labels(effects.table, self.within)
        self._refuse_repeated(studies, outcomes)
        known = numbered(studies)
        places = [levels.index(outcome) for outcome in outcomes]
        labels = np.array([[known[s], o] for s, o in zip(studies, places, strict=True)], np.intp)
        return _Correlated(self, levels, known, labels, np.bincount(places) / len(places))

    def _refuse_repeated(self, studies: list[str], outcomes: list[str]) -> None:
        """Refuse two estimates of one outcome in a study."""
        twice = [pair for pair, count in Counter(zip(studies, outcomes)).items() if count > 1]  # noqa: B905
        if twice:
            (study, outcome), columns = twice[0], " and ".join(self.over)
            more = f", and {len(twice) - 1} more such pairs" if len(twice) > 1 else ""
            raise ModelError(
                f"The {self.within} {study!r} has two or more estimates with {columns} "
                f"{outcome!r}{more}: Multivariate gives each {columns} of a {self.within} one true "
                "effect. Keep one of them, name what tells them apart in `over` too (a time, a "
                "population), or take heterogeneity.Nested."
            )


@dataclass(frozen=True, slots=True, eq=False)
class _Correlated(Scatter):
    """Σ of the outcomes, tied together within a study."""

    component: Multivariate
    levels: tuple[str, ...]
    known: Mapping[str, int]
    labels: NDArray[np.intp]
    shares: Array

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """See `Population.hypers`: those of the structure."""
        return self.component.structure.hypers(self.levels)

    @property
    def ties(self) -> tuple[Tie, ...]:
        """See `Population.ties`: estimates of one study."""
        return (Outcomes(self.labels, len(self.levels), self._covariance),)

    def variance(self, point: Point) -> Array:
        """See `Scatter.variance`: that of each estimate's outcome."""
        return self._squares(point)[:, self.labels[:, 1]]

    def derived(self, point: Point) -> Mapping[str, Array]:
        """See `Population.derived`: what the structure reports besides."""
        return self.component.structure.derived(point, self.levels)

    def at(self, new: "pd.DataFrame") -> Scatter:
        """See `Population.at`; known outcomes, of known or new studies."""
        outcomes = _joined(new, self.component.over)
        unseen = [name for name in dict.fromkeys(outcomes) if name not in self.levels]
        if unseen:
            raise ModelError(
                f"No study with {' and '.join(self.component.over)} "
                f"{', '.join(map(repr, unseen))} was analysed, so nothing is known of its true "
                f"effects; known: {', '.join(self.levels)}. Choose a known one."
            )
        studies = labels_or_new(new, self.component.within)
        fresh = {name: -1 - place for place, name in enumerate(dict.fromkeys(studies))}
        rows = [
            [self.known.get(study, fresh[study]), self.levels.index(outcome)]
            for study, outcome in zip(studies, outcomes, strict=True)
        ]
        return replace(self, labels=np.array(rows, dtype=np.intp))

    def anywhere(self) -> Somewhere:
        """See `Population.anywhere`: the outcomes in their shares."""
        return Somewhere(self.hypers, self.shares, self._squares)

    def without(self, place: int) -> Scatter:
        """See `Scatter.without`; an outcome that loses its last estimate keeps its place."""
        return replace(self, labels=np.delete(self.labels, place, axis=0))

    def _covariance(self, point: Point) -> Array:
        """Give Σ, (nodes, p, p)."""
        return self.component.structure.covariance(point, self.levels)

    def _squares(self, point: Point) -> Array:
        """Give the diagonal of Σ, (nodes, p)."""
        return np.diagonal(self._covariance(point), axis1=1, axis2=2)


def _joined(table: "pd.DataFrame", columns: tuple[str, ...]) -> list[str]:
    """Name the outcome of every row."""
    return [
        " / ".join(names) for names in zip(*(as_labels(table, c) for c in columns), strict=True)
    ]
