"""What the structures ``inner | outer`` share: one effect per level, correlated within clusters."""

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import final

import numpy as np

from consilience.classical.multilevel.codes import Grouping, path, read
from consilience.classical.multilevel.components.base import Component
from consilience.classical.multilevel.correlations import Correlation
from consilience.classical.multilevel.shape import Shape
from consilience.classical.multilevel.term import Term
from consilience.effects import Effects
from consilience.errors import ModelError


@final
@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Levels within clusters, as the estimates have them.

    Parameters
    ----------
    label : str
        ``inner | outer``.
    inner, outer : Grouping
    """

    label: str
    inner: Grouping
    outer: Grouping

    @property
    def levels(self) -> tuple[str, ...]:
        """Names of the inner levels."""
        return self.inner.levels

    def present(self) -> np.ndarray:
        """Say which cluster holds which level, shape (clusters, levels)."""
        table = np.zeros((len(self.outer.levels), len(self.levels)), dtype=bool)
        table[self.outer.codes, self.inner.codes] = True
        return table

    def together(self) -> int:
        """Count the most levels in any one cluster."""
        pairs = np.unique(self.outer.codes * len(self.levels) + self.inner.codes)
        return int(np.bincount(pairs // len(self.levels)).max())

    def needs_company(self) -> None:
        """Refuse where no cluster holds two levels, for their correlation is then unknown.

        Raises
        ------
        ModelError
        """
        if self.together() < 2:
            raise ModelError(
                f"In {self.label!r} no cluster holds two levels, so nothing tells their "
                "correlation. Use DIAG or ID, or a random intercept."
            )

    def needs_repeats(self) -> None:
        """Refuse a variance of its own for a level of one cluster only, or for too many levels.

        Raises
        ------
        ModelError
            Naming the levels.
        """
        pairs = np.unique(self.outer.codes * len(self.levels) + self.inner.codes)
        clusters = np.bincount(pairs % len(self.levels), minlength=len(self.levels))
        alone = [self.levels[at] for at in np.flatnonzero(clusters < 2)]
        if alone:
            raise ModelError(
                f"In {self.label!r} these levels are seen in one cluster only, which says nothing "
                f"about a variance of their own: {', '.join(alone)}. Leave them out or join them "
                "with others, or use CS or ID, where all levels share one variance."
            )

    def needs_pairs(self) -> None:
        """Refuse a correlation of its own for two levels that no cluster holds together.

        Raises
        ------
        ModelError
            Naming the levels.
        """
        present = self.present().astype(float)
        met = present.T @ present
        apart = [
            f"{self.levels[j]} and {self.levels[i]}"
            for i in range(len(met)) for j in range(i) if not met[i, j]
        ]  # fmt: skip
        if apart:
            raise ModelError(
                f"In {self.label!r} no cluster holds both {'; '.join(apart)}, so nothing tells "
                "their correlation. Use HCS, where all pairs share one, or DIAG."
            )


@dataclass(frozen=True, slots=True)
class Structure(Component):
    """Effects of the levels of one column within the clusters of another.

    Parameters
    ----------
    inner : str
        Column of the levels.
    outer : str
        Column of the clusters, or a path of columns such as ``"lab/study"``.
    """

    inner: str
    outer: str

    def lay(self, effects: Effects) -> tuple[Term, ...]:
        """Read both columns; see the class.

        Raises
        ------
        ModelError
            For one cluster or one inner level only, and parameters held outside their limits.
        """
        layout = Layout(f"{self.inner} | {self.outer}", *self._read(effects))
        if len(layout.outer.levels) < 2:
            raise ModelError(
                f"In {layout.label!r} all estimates are in one cluster, {layout.outer.levels[0]}; "
                "nothing tells how clusters differ. Choose a column with more levels."
            )
        if len(layout.levels) < 2:
            raise ModelError(
                f"In {layout.label!r} there is one inner level only, {layout.levels[0]}; use "
                f'Intercept("{self.outer}") instead.'
            )
        own = self.own(layout)
        shape = Shape(len(layout.levels), self.correlation(layout), own)
        held = {place: value for place, value in self.given(shape) if not math.isnan(value)}
        _check_held(held, shape, layout.label)
        return (Term(layout.label, layout.outer, layout.inner, shape, held),)

    @abstractmethod
    def correlation(self, layout: Layout) -> Correlation:
        """Choose the correlation between levels, and refuse what the estimates cannot tell."""

    @abstractmethod
    def own(self, layout: Layout) -> tuple[str, ...]:
        """Name the levels that have variances of their own; none if all share one."""

    def given(self, shape: Shape) -> list[tuple[int, float]]:  # noqa: ARG002
        """List the parameters that may be held, by place; nan where they are estimated."""
        return []

    def _read(self, effects: Effects) -> tuple[Grouping, Grouping]:
        return read(effects, self.inner), clusters(effects, self.outer)


def clusters(effects: Effects, columns: str) -> Grouping:
    """Read the clusters of a structure: a column or a path of columns."""
    return path(effects, tuple(part.strip() for part in columns.split("/")))


def _check_held(held: dict[int, float], shape: Shape, label: str) -> None:
    """Refuse parameters held outside their limits."""
    for place, value in held.items():
        low, high = shape.limits()[place]
        if not low <= value <= high:
            raise ModelError(
                f"In {label!r} the parameter {shape.names[place]} is held at {value!r}, outside "
                f"{low:.4g} to {high:.4g}. Give a value within, or leave it to be estimated."
            )
