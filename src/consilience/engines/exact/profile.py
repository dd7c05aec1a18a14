"""The marginal density of one hyperparameter between the nodes of its axis.

At each node of the others its density is interpolated by itself: a sum of densities of different
widths has logarithms that are harder to interpolate than theirs.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from consilience.engines.exact.integrand import log_prior_along, product_weights
from consilience.engines.exact.panels import Panels
from consilience.engines.exact.telling import interpolated, said
from consilience.gaussian import Array

if TYPE_CHECKING:
    from consilience.engines.exact.rule import Rule

_FINER = 4
_BETWEEN = np.linspace(0.0, 1.0, 18)[1:-1]
_DEEP, _FOLD = 200.0, 50.0
_SEEN, _BEYOND = 36.0, 500.0
_NOTHING = -1e300  # stands for the logarithm of zero where two would be subtracted


def profile(rule: "Rule", place: int) -> tuple[Panels, Array]:
    """Give finer panels along an axis, and the marginal density on the x scale at their nodes."""
    lines, weights = _lines(rule, place)
    finer, densities = between(rule, place, lines)
    return finer, weights @ densities


def log_integral(heights: Array, rest: tuple[Panels, ...]) -> Array:
    """Integrate the last axes out of log densities."""
    for panels in reversed(rest):
        top = np.maximum(heights.max(axis=-1, keepdims=True), _NOTHING)
        with np.errstate(divide="ignore"):
            heights = top[..., 0] + np.log(np.exp(heights - top) @ panels.weights)
    return heights


def between(rule: "Rule", place: int, heights: Array) -> tuple[Panels, Array]:
    """Give finer panels along an axis, and densities (…, 4n) there, from log densities (…, n)."""
    panels, finer = rule.panels[place], _finer(rule, place)
    prior = rule.log_priors[place]
    by_panel = (*heights.shape[:-1], panels.count, panels.order)
    trials, axes = said(heights, prior).reshape(by_panel), len(rule.panels)
    likelihood = interpolated(trials, _to_finer(panels.order), axes=axes)
    densities = likelihood.reshape(*heights.shape[:-1], -1)
    return finer, densities * np.exp(_prior(rule, place, finer))


def gap(coarse: "Rule", fine: "Rule", place: int) -> Array:
    """Give how far the distribution functions of a hyperparameter differ, along the axis.

    What the coarse rule says between its nodes is seen at those of the fine one.
    """
    panels, prior = fine.panels[place], fine.log_priors[place]
    lines, weights = _lines(coarse, place)
    trials = said(lines, coarse.log_priors[place])
    onto = _onto(coarse.panels[place], panels)
    foretold = weights @ interpolated(trials, onto, axes=len(fine.panels)) * np.exp(prior)
    found = np.exp(_heights(fine, place))
    return cumulation(panels.count, panels.order) @ (foretold - found) * panels.length


def _lines(rule: "Rule", place: int) -> tuple[Array, Array]:
    """Give log densities along an axis at those nodes of the others that matter, and weights.

    Where they fall so far that no polynomial follows, the sum of all lines stands for them.
    """
    others = tuple(panels for axis, panels in enumerate(rule.panels) if axis != place)
    lines = np.moveaxis(rule.log_density.reshape(rule.shape), place, -1)
    lines, weights = lines.reshape(-1, lines.shape[-1]), product_weights(others)
    felt = lines.max(axis=1) + np.log(weights)
    seen = felt > felt.max() - _SEEN
    if not lines[seen].min() > lines.max() - _BEYOND:
        return _heights(rule, place)[None], np.ones(1)
    return lines[seen], weights[seen]


def _heights(rule: "Rule", place: int) -> Array:
    """Log marginal density along an axis, on the x scale, at its nodes."""
    others = [panels for axis, panels in enumerate(rule.panels) if axis != place]
    heights = np.moveaxis(rule.log_density.reshape(rule.shape), place, 0)
    return log_integral(heights, tuple(others))


def _finer(rule: "Rule", place: int) -> Panels:
    panels = rule.panels[place]
    return Panels(panels.lower, panels.upper, _FINER * panels.count, panels.order)


def _prior(rule: "Rule", place: int, panels: Panels) -> Array:
    return log_prior_along(rule.hypers[place], rule.coordinates[place], panels.nodes)


def _onto(panels: Panels, others: Panels) -> Array:
    """Matrix from values at the nodes of panels to those at other nodes of the same interval."""
    one, other = ((each.count, each.order) for each in (panels, others))
    return onto_unit(one, other)


@lru_cache
def onto_unit(one: tuple[int, int], other: tuple[int, int]) -> Array:
    """Give that matrix for rules on [0, 1] of so many panels and nodes in each."""
    nodes = Panels(0.0, 1.0, *other).nodes
    return np.ascontiguousarray(Panels(0.0, 1.0, *one).interpolation(nodes).T)


@lru_cache
def cumulation(count: int, order: int) -> Array:
    """Integrals from 0 to points of [0, 1], from values at the nodes of a rule: (points, nodes)."""
    return Panels(0.0, 1.0, count, order).integration(_BETWEEN)


def foretell(rule: "Rule", finer: tuple[Panels, ...]) -> Array:
    """Foretell the log density of a rule at the nodes of a finer one, (nodes,).

    What the trials say is interpolated along one axis after the other. Where it falls by many
    orders of magnitude, as for correlations near one of effects that all but agree, its distance
    from the top is interpolated on a scale that is logarithmic far down.
    """
    heights = rule.log_density.reshape(rule.shape)
    prior = np.zeros(())
    for place, panels in enumerate(finer):
        trials = said(np.moveaxis(heights, place, -1), rule.log_priors[place])
        foretold = _unfolded(*_folded(trials), onto=_onto(rule.panels[place], panels))
        heights = np.moveaxis(foretold, -1, place)
        prior = prior[..., None] + _prior(rule, place, panels)
    return (heights + prior).ravel()


def _folded(trials: Array) -> tuple[Array, float]:
    """Give −log(1 + depth/50), the depth of log L below its top, where it is large; and the top."""
    top = float(trials.max())
    if top - trials.min() < _DEEP:
        return trials, np.inf
    return -np.log1p((top - trials) / _FOLD), top


def _unfolded(folded: Array, top: float, *, onto: Array) -> Array:
    """Interpolate what was folded, and give log L back."""
    if np.isinf(top):
        return folded @ onto
    return top - _FOLD * np.expm1(-np.minimum(folded @ onto, 0.0))


@lru_cache
def _to_finer(order: int) -> Array:
    """Matrix (n, 4n) from values at the nodes of a panel to those at the nodes of finer ones."""
    finer = Panels(0.0, 1.0, _FINER, order)
    return Panels(0.0, 1.0, 1, order).interpolation(finer.nodes).T
