"""The shapes in which components state their share of a Gaussian model.

Most models of this field are Gaussian given a few hyperparameters φ:

    y | β, φ ~ N(W β, V + H(φ)),    βⱼ | φ ~ N(bⱼ, (sⱼ φ₍ⱼ₎)²),

where the columns of W come from the overall mean, the terms and the bias, and H(φ) is the scatter
of true effects. A component gives its columns as a `Block` and its scatter as a `Scatter`; an
engine adds them up. Nothing here knows an engine.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from consilience.errors import ModelError

if TYPE_CHECKING:
    from consilience.priors.base import Prior

type Array = NDArray[np.float64]
type Point = Mapping[str, Array]
"""Values of the hyperparameters by name, each of shape (nodes,)."""


@dataclass(frozen=True, slots=True)
class Hyper:
    """A hyperparameter: a standard deviation that the data must inform.

    Parameters
    ----------
    name : str
        Its name in summaries, e.g. ``tau``.
    prior : Prior
        Its density on [0, ∞), or the improper `Flat`.

    Raises
    ------
    ModelError
        If the prior gives mass to negative values.
    """

    name: str
    prior: "Prior"

    def __post_init__(self) -> None:
        """Refuse priors that are not on a standard deviation."""
        if self.prior.proper and self.prior.support[0] < 0.0:
            raise ModelError(
                f"{self.name} is a standard deviation and cannot be negative, but its prior "
                f"{self.prior.label} gives mass to negative values. Use a prior on [0, ∞), such "
                "as HalfNormal."
            )


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
        The columns.
    prior : Prior
        Prior of each coefficient, divided by the scale if there is one.
    scales : tuple of Hyper
        Empty, or the one hyperparameter that multiplies every coefficient.
    """

    variable: str
    labels: tuple[str, ...]
    matrix: Array
    prior: "Prior"
    scales: tuple[Hyper, ...] = ()


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
    """

    matrix: Array
    fresh: Array


class Scatter(ABC):
    """How true effects scatter about the linear predictor, given the hyperparameters."""

    @property
    @abstractmethod
    def hypers(self) -> tuple[Hyper, ...]:
        """The hyperparameters that the scatter brings."""

    @abstractmethod
    def variance(self, point: Point) -> Array:
        """Variance of the trials' true effects.

        Returns
        -------
        array (nodes, k) or (nodes, 1)
            H(φ), the diagonal; one column where all trials share it.
        """

    @abstractmethod
    def new_variance(self, point: Point) -> Array:
        """Variance of the true effect of a trial not yet seen, shape (nodes,)."""
