"""Columns, their coefficients, and the hyperparameters that they depend on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from consilience.errors import ModelError
from consilience.gaussian.curve import STRAIGHT, Curve

if TYPE_CHECKING:
    from consilience.priors.base import Prior

type Array = NDArray[np.float64]
type Point = Mapping[str, Array]
"""Values of the hyperparameters by name, each of shape (nodes,)."""

POSITIVE, REAL, UNIT = (0.0, inf), (-inf, inf), (0.0, 1.0)
"""Where hyperparameters may lie: standard deviations, coefficients, and shares."""
CORRELATION = (-1.0, 1.0)
"""The same of correlations."""


@dataclass(frozen=True, slots=True)
class Hyper:
    """A hyperparameter: a standard deviation, or whatever else shapes the scatter.

    Parameters
    ----------
    name : str
        Its name in summaries, e.g. ``tau``; ``tau[TAU]`` for one of several.
    prior : Prior
        Its density inside the support, or an improper one on a standard deviation.
    support : tuple of float
        Where it may lie: [0, ∞) for a standard deviation, the real line for a coefficient.

    Raises
    ------
    ModelError
        If the prior gives mass to values outside the support, or is improper on the real line,
        where the likelihood does not fall off.
    """

    name: str
    prior: "Prior"
    support: tuple[float, float] = POSITIVE

    def __post_init__(self) -> None:
        """Refuse priors that are not on such a parameter."""
        if self.prior.proper and self.support == POSITIVE and self.prior.support[0] < 0.0:
            raise ModelError(
                f"{self.name} is a standard deviation and cannot be negative, but its prior "
                f"{self.prior.label} gives mass to negative values. Use a prior on [0, ∞), such "
                "as HalfNormal."
            )
        if self.support != POSITIVE and not self.prior.proper:
            raise ModelError(
                f"{self.name} needs a proper prior, and {self.prior.label} is improper: the "
                "likelihood does not fall off at the ends of its range. Use a prior such as "
                f"{'Normal' if self.support == REAL else 'Uniform'}."
            )
        lower, upper = self.prior.support
        if self.prior.proper and (lower < self.support[0] or upper > self.support[1]):
            raise ModelError(
                f"{self.name} lies between {self.support[0]:g} and {self.support[1]:g}, but its "
                f"prior {self.prior.label} reaches beyond. Use a prior such as Uniform on that "
                "range."
            )

    @property
    def variable(self) -> str:
        """Name of its variable in the DataTree: what stands before the bracket."""
        return self.name.partition("[")[0] if self.name.endswith("]") else self.name


@dataclass(frozen=True, slots=True)
class Block:
    """Columns of the linear predictor whose coefficients share a variable and a prior.

    Parameters
    ----------
    variable : str
        Name of the coefficients' variable in the DataTree: ``mu``, ``beta``, ``intervention_type``.
    labels : tuple of str
        Each coefficient's row name in summaries, e.g. ``comparator_type[TAU]``.
    matrix : array (k, q)
        The columns; q may be 0.
    prior : Prior
        Prior of each coefficient, divided by the scale if there is one.
    scales : tuple of Hyper
        Empty, or the one hyperparameter that multiplies every coefficient.
    known : array (k,) or (1,)
        What is known to be added to the predictor, without a coefficient.
    distorts : bool
        Whether the columns shift the estimates only, and not the true effects: those of a bias.
    curve : Curve
        How the columns bend with hyperparameters; `matrix` is then what they are at the medians of
        their priors.
    implied : bool
        Whether the coefficients follow from others, so that their prior is not one of the model's.
    """

    variable: str
    labels: tuple[str, ...]
    matrix: Array
    prior: "Prior"
    scales: tuple[Hyper, ...] = ()
    known: Array = field(default_factory=lambda: np.zeros(1))
    distorts: bool = False
    curve: Curve = STRAIGHT
    implied: bool = False

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """All hyperparameters that the block brings: its scale, and those of its curve."""
        return (*self.scales, *self.curve.hypers)

    def seen(self, beta: Array, point: Point) -> Array:
        """Give what the block adds to the predictor, (…, k), for coefficients (…, q)."""
        return self.curve.seen(self.matrix, beta, point)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that new trials add to a block.

    Parameters
    ----------
    matrix : array (r, q)
        One row per new trial, in the block's columns.
    fresh : array (r,)
        1 where the trial brings a level that the block has not seen: a new draw from its
        population, with variance scale²; else 0.
    known : array (r,) or (1,)
        What is known to be added to their predictor.
    curve : Curve
        How the rows bend with hyperparameters; `matrix` is then what they are at the medians of
        their priors.
    """

    matrix: Array
    fresh: Array
    known: Array = field(default_factory=lambda: np.zeros(1))
    curve: Curve = STRAIGHT
