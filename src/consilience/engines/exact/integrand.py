"""The integrand over the hyperparameters, at points and at the nodes of product rules."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact.along import along, log_prior_at
from consilience.engines.exact.hopeful import hopeful
from consilience.engines.exact.line import Axis, axis_of
from consilience.engines.exact.panels import Panels
from consilience.engines.exact.search import Bracket, bracket, bracket_line, product, unit_line
from consilience.engines.exact.solve import Conditional
from consilience.gaussian import Array, Hyper


class Form(Protocol):
    """What is integrated over its hyperparameters: the Gaussian form, or one of curves."""

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """The axes."""

    @property
    def unit(self) -> float:
        """The typical standard error."""

    @property
    def grains(self) -> Mapping[str, float]:
        """What stands in the place of the unit for some hyperparameters."""

    @property
    def pauses(self) -> Array:
        """After which shares of its points a search looks what still matters."""

    @property
    def near(self) -> Array | float:
        """How far from zero to look first."""

    @property
    def unseen(self) -> frozenset[str]:
        """Which axes nobody looks along before they are integrated over."""

    def given(self, phi: Array) -> Conditional:
        """Give likelihood and coefficients at every node."""

    def log_likelihood(self, phi: Array) -> Array:
        """Give the log likelihood alone at every node."""

    def given_some(self, phi: Array, at: NDArray[np.intp]) -> Conditional:
        """Give them at some of the nodes; the likelihood of the others is zero."""

    def part(self, given: Conditional, phi: Array, span: slice) -> Conditional:
        """Keep the answers at some of the nodes."""

    def placed(self, points: Array) -> Array:
        """Give the parameters at points of the axes."""

    def ceiling(self, points: Array) -> Array | float:
        """Give what the log likelihood cannot exceed at points; infinite if unknown."""


def coordinates_of(form: Form) -> tuple[Axis, ...]:
    """Give the map of each hyperparameter."""
    return tuple(axis_of(hyper, form.grains.get(hyper.name, form.unit)) for hyper in form.hypers)


def search(form: Form, coordinates: tuple[Axis, ...]) -> Bracket:
    """Bracket the posterior of the hyperparameters on the x scale."""
    if len(coordinates) == 1:
        return _search_line(form, coordinates[0])
    scales = np.array([coordinate.scale for coordinate in coordinates])

    def sized(x: Array) -> tuple[Array, Array]:
        """Give the log integrand where it may matter, and the size of φ."""
        phi = values(coordinates, x)
        size, beliefs = sized_by(phi, scales), _beliefs(form, coordinates, x, phi=phi)
        return hopeful(form, phi, beliefs=beliefs, size=size), size

    return bracket(
        sized,
        nearest=np.array([coordinate.nearest for coordinate in coordinates]),
        farthest=np.array([coordinate.farthest for coordinate in coordinates]),
        near=form.near,
    )


def _search_line(form: Form, axis: Axis) -> Bracket:
    """Do so along a single axis."""

    def look(lower: float, upper: float) -> tuple[Array, Array, Array]:
        """Give the points of a window, and the same there."""
        seen = along(form.hypers[0], axis, ends=(lower, upper), unit=unit_line)
        return seen.x, form.log_likelihood(seen.phi) + seen.log_prior, seen.size

    return bracket_line(look, nearest=axis.nearest, farthest=axis.farthest)


def sized_by(phi: Array, scales: Array) -> Array:
    """Give log(1 + |φ|/scale) of the largest of each node's hyperparameters (nodes, d)."""
    shares = np.abs(phi) / scales
    return np.log1p(shares[:, 0] if shares.shape[1] == 1 else shares.max(axis=1))


def log_density(form: Form, coordinates: tuple[Axis, ...], x: Array) -> Array:
    """Give the log of likelihood × priors × Jacobian at points x (n, d)."""
    phi = values(coordinates, x)
    return form.log_likelihood(phi) + _beliefs(form, coordinates, x, phi=phi)


def _beliefs(form: Form, coordinates: tuple[Axis, ...], x: Array, *, phi: Array) -> Array:
    """Give the log of priors × Jacobian at points x (n, d), where φ is known."""
    total = np.zeros(len(x))
    for hyper, coordinate, at, value in zip(form.hypers, coordinates, x.T, phi.T, strict=True):
        total = total + log_prior_at(hyper, coordinate, at, phi=value)
    return total


def values(coordinates: tuple[Axis, ...], x: Array) -> Array:
    """Give the hyperparameters (n, d) at points x (n, d)."""
    columns = [each.value(column) for each, column in zip(coordinates, x.T, strict=True)]
    if len(columns) == 1:
        return columns[0][:, None]
    return np.stack(columns, axis=1) if columns else np.empty((len(x), 0))


def values_at(coordinates: tuple[Axis, ...], panels: tuple[Panels, ...]) -> Array:
    """Give the hyperparameters (nodes, d) at the nodes of a product rule."""
    both = zip(coordinates, panels, strict=True)
    return product([coordinate.value(panel.nodes) for coordinate, panel in both])


def log_priors(
    form: Form, coordinates: tuple[Axis, ...], panels: tuple[Panels, ...]
) -> tuple[Array, ...]:
    """Give each log prior density at the nodes of its axis, on the x scale."""
    axes = zip(form.hypers, coordinates, panels, strict=True)
    return tuple(log_prior_along(hyper, along, each.nodes) for hyper, along, each in axes)


def added(columns: tuple[Array, ...]) -> Array:
    """Add one number for each axis up at all nodes of the product rule, last axis fastest."""
    total = np.zeros(1)
    for column in columns:
        total = (total[:, None] + column).ravel()
    return total


def log_prior_along(hyper: Hyper, coordinate: Axis, x: Array) -> Array:
    """Give the log prior density of one hyperparameter on the x scale."""
    return log_prior_at(hyper, coordinate, x, phi=coordinate.value(x))


def product_weights(panels: tuple[Panels, ...]) -> Array:
    """Give the weights (nodes,) of a product rule; 1 for no dimension."""
    total = np.ones(1)
    for panel in panels:
        total = (total[:, None] * panel.weights).ravel()
    return total
