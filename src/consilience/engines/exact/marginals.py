"""Marginal posterior of a hyperparameter, known along its own axis."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from consilience.engines.exact.line import Axis
from consilience.engines.exact.panels import Panels
from consilience.engines.exact.profile import between, log_integral, profile
from consilience.engines.exact.rule import Rule
from consilience.gaussian import Array

_CELLS = 20_000_000


class Marginal(Protocol):
    """What a summary asks of the marginal of one hyperparameter."""

    def mean(self) -> float:
        """Give the posterior mean."""

    def sd(self) -> float:
        """Give the posterior standard deviation."""

    def quantile(self, q: Array) -> Array:
        """Invert the distribution function at probabilities q."""

    def above_zero(self) -> float:
        """Give P(hyperparameter > 0)."""

    def density(self, phi: Array) -> Array:
        """Give the density on the hyperparameter's own scale."""

    def cdf(self, phi: Array) -> Array:
        """Give the distribution function."""


@dataclass(frozen=True, slots=True)
class HyperMarginal:
    """The density of one hyperparameter by its values at the nodes of its axis.

    Parameters
    ----------
    coordinate : Axis
        Map from x to the hyperparameter.
    panels : Panels
        The rule along the axis.
    values : array (n,)
        Marginal density on the x scale, normalised.
    moments : int
        Highest moment that exists.
    """

    coordinate: Axis
    panels: Panels
    values: Array
    moments: int

    def mean(self) -> float:
        """Give the posterior mean; infinite, or nan on both sides, where the tails have none."""
        if self.moments < 1:
            return np.inf if self.coordinate.lower >= 0.0 else np.nan
        return float(self._mass @ self._phi)

    def sd(self) -> float:
        """Give the posterior standard deviation; infinite where the tail has none."""
        if self.moments < 2:
            return np.inf
        return float(np.sqrt(self._mass @ (self._phi - self.mean()) ** 2))

    def quantile(self, q: Array) -> Array:
        """Invert the distribution function at probabilities q."""
        return self.coordinate.value(self.panels.invert(self.values, np.asarray(q, dtype=float)))

    def cdf(self, phi: Array) -> Array:
        """Give P(hyperparameter ≤ φ)."""
        x = np.clip(self.coordinate.place(phi), self.panels.lower, self.panels.upper)
        return np.clip(self.panels.cumulative(self.values, x), 0.0, 1.0)

    def above_zero(self) -> float:
        """Give P(hyperparameter > 0)."""
        return 1.0 if self.coordinate.lower >= 0.0 else 1.0 - float(self.cdf(np.zeros(1))[0])

    def density(self, phi: Array) -> Array:
        """Give the density on the hyperparameter's own scale, for φ inside its support."""
        x = np.maximum(self.coordinate.place(phi), self.coordinate.least)
        inside = (x >= self.panels.lower) & (x <= self.panels.upper)
        on_x = np.maximum(self.panels.interpolation(x) @ self.values, 0.0)
        return np.where(inside, on_x, 0.0) / np.exp(self.coordinate.log_jacobian(x))

    @property
    def _phi(self) -> Array:
        return self.coordinate.value(self.panels.nodes)

    @property
    def _mass(self) -> Array:
        return self.panels.weights * self.values


def hyper_marginals(rule: Rule) -> tuple[HyperMarginal, ...]:
    """Give the marginal of every hyperparameter, the others integrated out."""
    return tuple(_along(rule, place) for place in range(len(rule.panels)))


def _along(rule: Rule, place: int) -> HyperMarginal:
    panels, values = profile(rule, place)
    return HyperMarginal(rule.coordinates[place], panels, values, rule.moments)


def draw(rule: Rule, count: int, rng: np.random.Generator) -> Array:
    """Draw hyperparameters (count, d) jointly and independently from their posterior.

    One dimension after the other by inversion: the marginal of the first, then each given those
    already drawn, from the interpolated log density.
    """
    uniform = np.array([rng.random(count) for _ in rule.panels]).reshape(-1, count)
    rest = max(int(np.prod(rule.shape[1:])), 1)
    pieces = np.array_split(uniform, -(-count * rest // _CELLS), axis=1)
    return np.concatenate([_drawn(rule, some) for some in pieces])


def _drawn(rule: Rule, uniform: Array) -> Array:
    """Draw from uniform numbers (d, n) by inversion."""
    columns: list[Array] = []
    placed: list[Array] = []
    for place, panels in enumerate(rule.panels):
        whole = rule.log_density.reshape(1, *rule.shape)
        heights = log_integral(whole, rule.panels[place + 1 :])
        for matrix in placed:
            heights = _interpolate(matrix, heights)
        top = heights.max(axis=1, keepdims=True)
        finer, values = between(rule, place, heights - top)
        x = finer.invert(values, uniform[place])
        columns.append(rule.coordinates[place].value(x))
        placed.append(panels.interpolation(x))
    return np.stack(columns, axis=1) if columns else np.empty((uniform.shape[1], 0))


def _interpolate(matrix: Array, current: Array) -> Array:
    """Interpolate log densities (1 or D, n, …) along their first axis to D points: (D, …)."""
    flat = current.reshape(*current.shape[:2], -1)
    rows = matrix @ flat[0] if len(flat) == 1 else (matrix[:, None, :] @ flat)[:, 0, :]
    return rows.reshape(len(matrix), *current.shape[2:])
