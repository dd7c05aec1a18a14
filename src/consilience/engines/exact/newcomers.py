"""New trials: what is drawn on top of the coefficients, node by node."""

import numpy as np
from numpy.typing import NDArray

from consilience.engines.base import Combination
from consilience.engines.exact.form import Form
from consilience.engines.exact.grading import aligned, graded, inserted, spikes
from consilience.engines.exact.mixture import Mixture, side_by_side
from consilience.engines.exact.rule import Rule
from consilience.gaussian import Array, Components, Point

_NEGLIGIBLE = 1e-13
_LEAST = 1e-300
_CELLS = 5_000_000


def seen(rule: Rule) -> NDArray[np.intp]:
    """Places of the nodes that carry mass, or so much scatter that variances feel them.

    The lightest are left out, which have together no more than 1e-13 of either.
    """
    if rule.phi.shape[1]:
        middle = rule.weights @ np.abs(rule.phi)
        size = 1.0 + (np.abs(rule.phi) / np.maximum(middle, _LEAST)).max(axis=1) ** 2
    else:
        size = np.ones(len(rule.weights))
    heavy = _felt(rule.weights) | _felt(rule.weights * size)
    return np.flatnonzero(heavy & rule.conditional.solved)


def _felt(mass: Array) -> NDArray[np.bool_]:
    """Leave the lightest out, which have together no more than a negligible share."""
    ordered = np.sort(mass)
    reached = np.cumsum(ordered)
    few = int(np.searchsorted(reached, _NEGLIGIBLE * reached[-1]))
    return mass >= ordered[min(few, len(ordered) - 1)]


def marginals(rule: Rule, means: Array, variances: Array) -> Mixture:
    """Mix conditional moments (nodes, q) over the nodes that carry mass.

    What shrinks to a point with a hyperparameter is mixed over nodes of its own; see `grading`. The
    rule's own nodes answer where those do not reproduce its mass, means and standard deviations.
    """
    whole, axes = _plain(rule, means, variances), spikes(rule, variances)
    parts = []
    for place in np.unique(axes[axes >= 0]).tolist():
        at = np.flatnonzero(axes == place)
        pieces = graded(rule, means[:, at], variances[:, at], place=place)
        if pieces:
            part, near = aligned(side_by_side(pieces), whole.only(at))
            kept = np.flatnonzero(near | (rule.moments < 2))  # no moments, nothing to compare
            parts.append((at[kept], part.only(kept)))
    return inserted(whole, parts) if parts else whole


def _plain(rule: Rule, means: Array, variances: Array) -> Mixture:
    places = seen(rule)
    weights = rule.weights[places]
    return Mixture(weights / weights.sum(), means[places], np.sqrt(variances[places]))


def true_effects(form: Form, rule: Rule) -> Mixture:
    """Give the marginals of the trials' true effects; see `Form.true_effects`.

    A few nodes at a time, so that what is held is not of the size nodes × trials × coefficients,
    nor nodes × blocks.
    """
    given, (count, k) = rule.conditional, (len(rule.phi), len(form.y))
    means, variances = np.zeros((2, count, k))
    at = np.flatnonzero(given.solved)  # between the nodes moments are interpolated: all are needed
    held = form.W.size + 4 * form.bonds.cells
    for some in np.array_split(at, -(-len(at) * held // _CELLS)):
        means[some], variances[some] = form.true_effects(
            rule.phi[some], mean=given.mean[some], root=given.root[some]
        )
    return marginals(rule, means, variances)


def combined(form: Form, rule: Rule, combinations: tuple[Combination, ...]) -> Mixture:
    """Give the marginals of linear combinations, with what is drawn on top of them.

    Where the population of a new trial has several components, every node becomes as many.
    """
    point = form.point(rule.phi)
    weights = np.stack([each.weights for each in combinations])
    known = np.array([each.known for each in combinations])
    means = rule.conditional.mean @ weights.T + known
    extra = np.stack([_drawn(each, point, len(rule.phi)) for each in combinations], axis=1)
    variances = rule.conditional.variance_of(weights)
    parts = [each.scatter.components(point) for each in combinations]
    if max(part.shares.shape[1] for part in parts) == 1:
        own = np.hstack([part.variances[:, 0, :] for part in parts])
        return marginals(rule, means, variances + (extra + own))
    return _split(rule, means, variances + extra, parts=parts)


def _drawn(combination: Combination, point: Point, nodes: int) -> Array:
    total = np.full(nodes, combination.error)
    for name in combination.fresh:
        total += point[name] ** 2
    return total


def _split(rule: Rule, means: Array, variances: Array, *, parts: list[Components]) -> Mixture:
    """Let every node become as many as the largest population has components."""
    places = seen(rule)
    most = max(part.shares.shape[1] for part in parts)
    shape = (len(places), most, len(parts))
    shares, own = np.zeros(shape), np.zeros(shape)
    for column, part in enumerate(parts):
        count = part.shares.shape[1]
        shares[:, :count, column] = np.broadcast_to(part.shares, (len(means), count))[places]
        own[:, :count, column] = np.broadcast_to(part.variances[:, 0], (len(means), count))[places]
    weights = rule.weights[places, None, None] * shares
    sds = np.sqrt(variances[places, None, :] + own)
    flat = (-1, len(parts))
    wide = np.broadcast_to(means[places, None, :], shape)
    total = weights.sum(axis=(0, 1))
    return Mixture((weights / total).reshape(flat), wide.reshape(flat), sds.reshape(flat))
