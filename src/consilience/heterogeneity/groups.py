"""Trials in groups, for heterogeneities that differ between them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from consilience.design.columns import as_labels
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.gaussian import Array, Components, Hyper, Point, Population

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Which group each trial belongs to.

    Parameters
    ----------
    by : str
        The column that names the groups.
    levels : tuple of str
        The groups, in case-insensitive order.
    places : array (rows,)
        Each row's place among the levels.
    shares : array (groups,)
        Share of the analysed trials in each group.
    """

    by: str
    levels: tuple[str, ...]
    places: NDArray[np.intp]
    shares: Array

    def named(self, variable: str) -> tuple[str, ...]:
        """Name a quantity of each group."""
        return tuple(f"{variable}[{level}]" for level in self.levels)

    def at(self, new: "pd.DataFrame") -> "Groups":
        """Give the groups of new trials.

        Raises
        ------
        ModelError
            For a group that no analysed trial belongs to.
        """
        names = as_labels(new, self.by)
        unseen = [name for name in dict.fromkeys(names) if name not in self.levels]
        if unseen:
            raise ModelError(
                f"No trial with {self.by} {', '.join(map(repr, unseen))} was analysed, so nothing "
                f"is known about how such trials scatter; known: {', '.join(self.levels)}. Use "
                "heterogeneity.PooledByGroup, or choose a known group."
            )
        return replace(self, places=_places(names, self.levels))

    def without(self, place: int) -> "Groups":
        """Leave one row out."""
        return replace(self, places=np.delete(self.places, place))


def named(slot: str, column: object) -> None:
    """Refuse what cannot be the name of a column.

    Raises
    ------
    ModelError
        If it is no text, or an empty one.
    """
    if not isinstance(column, str) or not column:
        raise ModelError(f"{slot} is the name of a column, not {column!r}.")


def grouped(effects: Effects, by: str) -> Groups:
    """Read the groups of the trials.

    Raises
    ------
    ModelError, DataError
        If the column is missing or incomplete.
    """
    names = as_labels(effects.table, by)
    levels = tuple(sorted(set(names), key=lambda name: (name.casefold(), name)))
    places = _places(names, levels)
    return Groups(by, levels, places, np.bincount(places, minlength=len(levels)) / len(places))


@dataclass(frozen=True, slots=True, eq=False)
class Somewhere(Population):
    """A trial of a group that is not known: a mixture over the groups in their shares.

    Parameters
    ----------
    own : tuple of Hyper
        The hyperparameters.
    shares : array (groups,)
        Probability of each group.
    squares : callable
        From hyperparameters to the groups' variances (nodes, groups).
    """

    own: tuple[Hyper, ...]
    shares: Array
    squares: Callable[[Point], Array]

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """See `Population.hypers`."""
        return self.own

    def components(self, point: Point) -> Components:
        """See `Population.components`."""
        return Components(self.shares[None, :], self.squares(point)[:, None, :])

    def at(self, new: "pd.DataFrame") -> "Somewhere":  # noqa: ARG002 - its group is not known
        """See `Population.at`."""
        return self

    def anywhere(self) -> "Somewhere":
        """See `Population.anywhere`."""
        return self


def _places(names: list[str], levels: tuple[str, ...]) -> NDArray[np.intp]:
    """Give each row's place among the levels; −1 for none."""
    place = {level: number for number, level in enumerate(levels)}
    return np.array([place.get(name, -1) for name in names], dtype=np.intp)
