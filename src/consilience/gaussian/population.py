"""A population of true effects: normal given a component of a mixture."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr

from consilience.gaussian.blocks import Array, Hyper, Point
from consilience.gaussian.ties import Tie

if TYPE_CHECKING:
    import pandas as pd

_LOG_2PI = float(np.log(2.0 * np.pi))


class Components(NamedTuple):
    """A finite mixture of centred normals for each row."""

    shares: Array
    """Probability of each component, (nodes, c) or (1, c)."""
    variances: Array
    """Variance of each component, (nodes, rows, c) or (nodes, 1, c) where all rows share it."""

    def of(self, row: int) -> Array:
        """Variances (nodes, c) of one row."""
        return self.variances[:, min(row, self.variances.shape[1] - 1), :]


class Population(ABC):
    """How true effects scatter about the linear predictor, given the hyperparameters.

    θᵢ − ηᵢ ~ Σ_c share_c N(0, variance_ic): a mixture of normals, of which a `Scatter` has one.
    """

    @property
    @abstractmethod
    def hypers(self) -> tuple[Hyper, ...]:
        """The hyperparameters that the scatter brings."""

    @property
    def normal(self) -> bool:
        """Whether true effects are normal given the hyperparameters; here a mixture of normals."""
        return False

    @property
    def ties(self) -> tuple[Tie, ...]:
        """What true effects of different rows have in common; here nothing."""
        return ()

    @abstractmethod
    def components(self, point: Point) -> Components:
        """Give the mixture of normals for each of the population's rows."""

    @abstractmethod
    def at(self, new: "pd.DataFrame") -> "Population":
        """Give the population of new trials, one row each, by their moderators.

        Raises
        ------
        ModelError
            If a moderator is missing, or nothing is known about the scatter at its value.
        """

    @abstractmethod
    def anywhere(self) -> "Population":
        """Give the population of one new trial about which nothing is known."""

    def variance(self, point: Point) -> Array:
        """Variance of the true effects about their expectation, (nodes, rows) or (nodes, 1)."""
        shares, variances = self.components(point)
        return np.sum(shares[:, None, :] * variances, axis=2)

    def marginal_sd(self, point: Point) -> Array:
        """Give the standard deviation of the true effects, (nodes, rows) or (nodes, 1)."""
        return np.sqrt(self.variance(point))

    def derived(self, point: Point) -> Mapping[str, Array]:  # noqa: ARG002 - none here
        """Give quantities (nodes,) that follow from the hyperparameters and are reported."""
        return {}

    def verdicts(self, residual: Array, v: Array, *, point: Point) -> Mapping[str, Array]:  # noqa: ARG002
        """Give what is said of each trial by name, (nodes, k); nothing in the base version.

        Parameters
        ----------
        residual : array (nodes, k)
            Estimates less their expectation.
        v : array (k,)
            Their sampling variances.
        point : mapping
            The hyperparameters.
        """
        return {}

    def draw(self, point: Point, shape: tuple[int, int], rng: np.random.Generator) -> Array:
        """Draw the variance of a new true effect for each node and row, in the shape given."""
        shares, variances = self.components(point)
        whole = (*shape, shares.shape[1])
        chosen = _choose(np.broadcast_to(shares[:, None, :], whole), rng.random(shape))
        spread = np.broadcast_to(variances, whole)
        return np.take_along_axis(spread, chosen[:, :, None], axis=2)[:, :, 0]

    def attributed(
        self, residual: Array, v: Array, *, point: Point, rng: np.random.Generator
    ) -> Array:
        """Draw the variance (nodes, k) from which each trial's true effect came, given the data."""
        parts = self.components(point)
        columns = []
        for row in range(len(v)):
            shares = self.responsibility(residual[:, row], float(v[row]), parts=parts, row=row)
            chosen = _choose(shares, rng.random(len(shares)))
            variances = np.broadcast_to(parts.of(row), shares.shape)
            columns.append(np.take_along_axis(variances, chosen[:, None], axis=1)[:, 0])
        return np.stack(columns, axis=1)

    def log_density(self, residual: Array, v: Array, *, point: Point) -> Array:
        """Log density (nodes, k) of estimates with their true effects integrated out."""
        parts = self.components(point)
        columns = [
            logsumexp(_log_terms(residual[:, row], float(v[row]), parts=parts, row=row), axis=1)
            for row in range(len(v))
        ]
        return np.stack(columns, axis=1)

    def below(self, residual: Array, v: Array, *, point: Point) -> Array:
        """P(new estimate of trial i < yᵢ), (nodes, k)."""
        parts = self.components(point)
        columns = [
            np.sum(
                parts.shares * ndtr(residual[:, [row]] / np.sqrt(parts.of(row) + v[row])), axis=1
            )
            for row in range(len(v))
        ]
        return np.stack(columns, axis=1)

    @staticmethod
    def responsibility(residual: Array, v: float, *, parts: Components, row: int) -> Array:
        """P(component | estimate), (nodes, c), for one trial."""
        terms = _log_terms(residual, v, parts=parts, row=row)
        return np.exp(terms - logsumexp(terms, axis=1, keepdims=True))


def normal_log_density(residual: Array, variance: Array) -> Array:
    """Give log N(residual; 0, variance); 0 where the variance is infinite: no observation."""
    counted = np.isfinite(variance)
    finite = np.where(counted, variance, 1.0)
    density = -0.5 * (_LOG_2PI + np.log(finite) + residual**2 / finite)
    return np.where(counted, density, 0.0)


def _log_terms(residual: Array, v: float, *, parts: Components, row: int) -> Array:
    with np.errstate(divide="ignore"):
        shares = np.log(parts.shares)
    return shares + normal_log_density(residual[:, None], parts.of(row) + v)


def _choose(shares: Array, uniform: Array) -> NDArray[np.intp]:
    """Index of the component that a uniform number falls on, along the last axis of the shares."""
    reached = np.cumsum(shares, axis=-1)
    chosen = np.sum(reached < (uniform * reached[..., -1])[..., None], axis=-1)
    return np.minimum(chosen, shares.shape[-1] - 1)
