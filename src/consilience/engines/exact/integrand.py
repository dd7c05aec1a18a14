"""The integrand over the hyperparameters, at points and at the nodes of product rules."""

import numpy as np

from consilience.engines.exact.form import Form
from consilience.engines.exact.line import Axis, axis_of
from consilience.engines.exact.panels import Panels
from consilience.engines.exact.search import Bracket, bracket
from consilience.gaussian import Array, Hyper


def coordinates_of(form: Form) -> tuple[Axis, ...]:
    """Give the map of each hyperparameter."""
    return tuple(axis_of(hyper, form.unit) for hyper in form.hypers)


def search(form: Form, coordinates: tuple[Axis, ...]) -> Bracket:
    """Bracket the posterior of the hyperparameters on the x scale."""
    scales = np.array([coordinate.scale for coordinate in coordinates])
    return bracket(
        lambda x: log_density(form, coordinates, x),
        lambda x: np.log1p((np.abs(_values(coordinates, x)) / scales).max(axis=1)),
        nearest=np.array([coordinate.nearest for coordinate in coordinates]),
        farthest=np.array([coordinate.farthest for coordinate in coordinates]),
    )


def log_density(form: Form, coordinates: tuple[Axis, ...], x: Array) -> Array:
    """Give the log of likelihood × priors × Jacobian at points x (n, d)."""
    total = form.given(_values(coordinates, x)).log_likelihood
    for hyper, coordinate, column in zip(form.hypers, coordinates, x.T, strict=True):
        total = total + log_prior_along(hyper, coordinate, column)
    return total


def values_at(coordinates: tuple[Axis, ...], panels: tuple[Panels, ...]) -> Array:
    """Give the hyperparameters (nodes, d) at the nodes of a product rule."""
    both = zip(coordinates, panels, strict=True)
    return _product([coordinate.value(panel.nodes) for coordinate, panel in both])


def log_prior(form: Form, coordinates: tuple[Axis, ...], panels: tuple[Panels, ...]) -> Array:
    """Give the log prior density of the hyperparameters on the x scale, at the nodes of a rule."""
    axes = zip(form.hypers, coordinates, panels, strict=True)
    alone = [log_prior_along(hyper, coordinate, each.nodes) for hyper, coordinate, each in axes]
    return np.sum(_product(alone), axis=1)


def log_prior_along(hyper: Hyper, coordinate: Axis, x: Array) -> Array:
    """Give the log prior density of one hyperparameter on the x scale."""
    return hyper.prior.logpdf(coordinate.value(x)) + coordinate.log_jacobian(x)


def product_weights(panels: tuple[Panels, ...]) -> Array:
    """Give the weights (nodes,) of a product rule; 1 for no dimension."""
    return np.prod(_product([panel.weights for panel in panels]), axis=1)


def _values(coordinates: tuple[Axis, ...], x: Array) -> Array:
    columns = [each.value(column) for each, column in zip(coordinates, x.T, strict=True)]
    return np.stack(columns, axis=1) if columns else np.empty((len(x), 0))


def _product(columns: list[Array]) -> Array:
    if len(columns) < 2:
        return columns[0][:, None] if columns else np.empty((1, 0))
    return np.stack([grid.ravel() for grid in np.meshgrid(*columns, indexing="ij")], axis=1)
