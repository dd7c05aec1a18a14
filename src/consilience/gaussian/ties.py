"""Covariances between estimates that depend on hyperparameters."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from consilience.gaussian.blocks import Array, Point

type Labels = NDArray[np.intp]
"""Where estimates belong, (rows, l): the first column is the group that may be correlated."""


@dataclass(frozen=True, eq=False)
class Tie(ABC):
    """What estimates of one group have in common: Cov(i, j) = sᵢ sⱼ c(φ)[code(i, j)], i ≠ j.

    The diagonal is not its affair: that of true effects is `Scatter.variance`, that of errors v.

    Parameters
    ----------
    labels : array of int (rows, l)
        Where each estimate belongs; those that differ in the first column are independent.
    """

    labels: Labels

    @property
    def sizes(self) -> Array:
        """sᵢ, (rows,): 1 for true effects, standard errors for sampling errors."""
        return np.ones(len(self.labels))

    @property
    def levels(self) -> tuple[str, ...]:
        """The SD of each level, where labels are levels that lie within one another; else none."""
        return ()

    @property
    @abstractmethod
    def width(self) -> int:
        """The number q of different covariances."""

    @abstractmethod
    def values(self, point: Point) -> Array:
        """Give c(φ), (nodes, q)."""

    @abstractmethod
    def codes(self, first: Labels, second: Labels) -> NDArray[np.intp]:
        """Give the place in c(φ) of pairs of one group, from labels (…, l) that broadcast."""

    def keep(self, mask: NDArray[np.bool_]) -> Self:
        """Leave the rows out where `mask` (rows,) is false."""
        return replace(self, labels=self.labels[mask])

    def between(self, other: Self, point: Point) -> Array:
        """Give the covariances of these rows with those of another, (nodes, rows, others)."""
        first, second = self.labels[:, None], other.labels[None]
        same = first[..., 0] == second[..., 0]
        codes = np.where(same, self.codes(first, second), 0)
        return np.asarray(self.values(point)[:, codes] * same)


@dataclass(frozen=True, eq=False)
class Nesting(Tie):
    """Levels within levels: Cov(i, j) = Σ τₗ² over the levels that both belong to.

    Parameters
    ----------
    labels : array of int (rows, l)
        Units of each level, the outermost first; a unit lies within one unit of the level above.
    scales : tuple of str
        The hyperparameter of each level.
    """

    scales: tuple[str, ...]

    @property
    def width(self) -> int:
        """See `Tie.width`: one for each level."""
        return len(self.scales)

    @property
    def levels(self) -> tuple[str, ...]:
        """See `Tie.levels`."""
        return self.scales

    def values(self, point: Point) -> Array:
        """See `Tie.values`: sums from the outermost level inwards."""
        return np.cumsum(np.stack([point[name] ** 2 for name in self.scales], axis=1), axis=1)

    def codes(self, first: Labels, second: Labels) -> NDArray[np.intp]:
        """See `Tie.codes`: the innermost level that both belong to."""
        return np.sum(first == second, axis=-1) - 1


@dataclass(frozen=True, eq=False)
class Outcomes(Tie):
    """Outcomes of one study: Cov(i, j) = Σ(φ)[outcome(i), outcome(j)].

    Parameters
    ----------
    labels : array of int (rows, 2)
        Study and outcome.
    count : int
        Number of outcomes p.
    covariance : callable
        From hyperparameters to Σ, (nodes, p, p).
    """

    count: int
    covariance: Callable[[Point], Array]

    @property
    def width(self) -> int:
        """See `Tie.width`: one for each pair of outcomes."""
        return self.count**2

    def values(self, point: Point) -> Array:
        """See `Tie.values`: Σ row by row."""
        return self.covariance(point).reshape(-1, self.count**2)

    def codes(self, first: Labels, second: Labels) -> NDArray[np.intp]:
        """See `Tie.codes`."""
        return np.asarray(first[..., 1] * self.count + second[..., 1])


@dataclass(frozen=True, eq=False)
class Correlation(Tie):
    """Sampling errors of one study with one unknown correlation: Cov(i, j) = ρ sᵢ sⱼ.

    Parameters
    ----------
    labels : array of int (rows, 1)
        The study.
    errors : array (rows,)
        Standard errors; infinite where an estimate does not count.
    rho : str
        The hyperparameter.
    """

    errors: Array
    rho: str

    @property
    def width(self) -> int:
        """See `Tie.width`: one for all."""
        return 1

    @property
    def sizes(self) -> Array:
        """See `Tie.sizes`."""
        return self.errors

    def values(self, point: Point) -> Array:
        """See `Tie.values`."""
        return point[self.rho][:, None]

    def codes(self, first: Labels, second: Labels) -> NDArray[np.intp]:
        """See `Tie.codes`: there is one."""
        return np.zeros(np.broadcast_shapes(first.shape, second.shape)[:-1], dtype=np.intp)

    def keep(self, mask: NDArray[np.bool_]) -> Self:
        """See `Tie.keep`."""
        return replace(self, labels=self.labels[mask], errors=self.errors[mask])

    def sized(self, errors: Array) -> Self:
        """Give the estimates other standard errors (rows,)."""
        return replace(self, errors=errors)


@dataclass(frozen=True, slots=True, eq=False)
class Ties:
    """What ties estimates together.

    Parameters
    ----------
    effects : tuple of Tie
        Ties of their true effects.
    errors : tuple of Correlation
        Ties of their sampling errors.
    """

    effects: tuple[Tie, ...] = ()
    errors: tuple[Correlation, ...] = ()

    @property
    def none(self) -> bool:
        """Whether nothing is tied."""
        return not (self.effects or self.errors)

    def __iter__(self) -> Iterator[Tie]:
        """Go through all ties: those of effects first."""
        yield from self.effects
        yield from self.errors

    def keep(self, mask: NDArray[np.bool_]) -> "Ties":
        """Leave rows out."""
        effects = tuple(tie.keep(mask) for tie in self.effects)
        return Ties(effects, tuple(tie.keep(mask) for tie in self.errors))

    def sized(self, errors: Array) -> "Ties":
        """Give the estimates other standard errors (rows,)."""
        return Ties(self.effects, tuple(tie.sized(errors) for tie in self.errors))


UNTIED = Ties()
"""Nothing is tied."""
