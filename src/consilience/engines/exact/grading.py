"""Marginals that shrink to a point as a hyperparameter does, on nodes graded towards zero.

A level u | ω ~ N(m(ω), s²(ω)) is known ever better as ω → 0, and its density has a cusp at 0. Seen
from a point x close by, Φ((x − m)/s) turns from a step to a half where ω is about as large as |x|,
however small that is: no rule with evenly spread nodes follows. What belongs to the levels is
smooth all the same: log p(y | ω), m/ω and s²/ω². So these are interpolated to panels that halve in
length towards zero, and the mixture is taken there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact.integrand import log_prior_along, product_weights
from consilience.engines.exact.mixture import Mixture, side_by_side
from consilience.engines.exact.panels import Panels
from consilience.gaussian import Array

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from consilience.engines.exact.rule import Rule

_ORDER, _HALVINGS, _FULL = 14, 14, 2  # 2⁻¹⁴ of √ω: 4e-9 of ω
_STENCIL = 16
_LOOK, _STEEP = 8, 5.0  # Gauss nodes follow what grows less than fivefold over eight of them
_CELLS = 1_000_000
_LIGHT, _DROPPED = 1e-12, 1e-11
_ALIKE = 1e-10
_NEAR = 1e-6
_NOTHING, _LEAST, _FAR = 1e-300, 1e-100, 1e3


def spikes(rule: "Rule", variances: Array) -> NDArray[np.intp]:
    """Name for each quantity the axis along which it shrinks to a point; −1 for none.

    Parameters
    ----------
    rule : Rule
        The nodes.
    variances : array (nodes, q)
        Conditional variances.
    """
    found = np.full(variances.shape[1], -1)
    steepest = np.full(variances.shape[1], _STEEP**2)
    for place, line in enumerate(_low_lines(rule)):
        if line.size:
            rise = variances[line[-1]] / np.maximum(variances[line[0]], _NOTHING)
            found = np.where(rise > steepest, place, found)
            steepest = np.maximum(rise, steepest)
    return found


def graded(rule: "Rule", means: Array, variances: Array, *, place: int) -> list[Mixture]:
    """Mix conditional moments (nodes, q) along one axis; in pieces that can be held, in order.

    None where what the trials say cannot be interpolated to 1e-6 of the whole mass: beside a trial
    that is all but exact, say, whose likelihood changes far below the lowest node.

    Parameters
    ----------
    rule : Rule
        The nodes.
    means, variances : array (nodes, q)
        Conditional moments of quantities that shrink along this axis.
    place : int
        The axis.
    """
    cut = _Grading.of(rule, place)
    if not abs(cut.whole - 1.0) < _NEAR:
        return []
    pieces = np.array_split(np.arange(means.shape[1]), -(-cut.mass.size * means.shape[1] // _CELLS))
    return [cut.mixed(means[:, at], variances[:, at]) for at in pieces if at.size]


def aligned(fine: Mixture, rule: Mixture) -> tuple[Mixture, NDArray[np.bool_]]:
    """Give a graded mixture the means and standard deviations that the rule itself has.

    Interpolation leaves them off by some 1e-9.

    Returns
    -------
    Mixture
        Moved and stretched by that.
    array (q,)
        Where they were off by less than 1e-6: elsewhere interpolation failed, or there are none.
    """
    centre, mean, sd = fine.mean(), rule.mean(), rule.sd()
    stretch, shift = sd / fine.sd(), mean - centre
    near = (np.abs(stretch - 1.0) < _NEAR) & (np.abs(shift) < _NEAR * sd)
    stretch, shift = np.where(near, stretch, 1.0), np.where(near, shift, 0.0)
    means = centre + shift + stretch * (fine.means - centre)
    return Mixture(fine.weights, means, stretch * fine.sds), near


def inserted(whole: Mixture, parts: list[tuple[NDArray[np.intp], Mixture]]) -> Mixture:
    """Put mixtures of some quantities in the place of those that stand there."""
    joined = side_by_side([whole, *(part for _, part in parts)])
    first = whole.means.shape[1]
    source = np.arange(first)
    for at, part in parts:
        source[at] = np.arange(first, first + part.means.shape[1])
        first += part.means.shape[1]
    return joined.only(source)


@dataclass(frozen=True, slots=True)
class _Grading:
    """One axis of a rule cut anew, more finely towards zero.

    Parameters
    ----------
    rule : Rule
        The nodes.
    place : int
        The axis.
    lines : array (r,)
        Which lines along it carry mass.
    onto : sparse array (f, n)
        Interpolation from its nodes to the new ones.
    mass : array (r, f)
        Posterior mass of the new nodes.
    phi : array (f,)
        The hyperparameter there.
    whole : float
        What the new nodes weigh together before they are made to weigh 1.
    """

    rule: "Rule"
    place: int
    lines: NDArray[np.intp]
    onto: "csr_array"
    mass: Array
    phi: Array
    whole: float

    @classmethod
    def of(cls, rule: "Rule", place: int) -> "_Grading":
        """Interpolate what the trials say along an axis, and multiply the prior in as it stands."""
        panels, coordinate = rule.panels[place], rule.coordinates[place]
        share, lengths, onto = _graded(panels.count, panels.order)
        x = panels.lower + panels.length * share
        heights = _lines(rule, place, rule.log_density[:, None])[:, :, 0]
        spoken = (onto @ _likelihood(heights, rule.log_priors[place]).T).T
        others = tuple(each for axis, each in enumerate(rule.panels) if axis != place)
        with np.errstate(over="ignore"):
            on_x = np.exp(spoken + log_prior_along(rule.hypers[place], coordinate, x))
        mass = np.nan_to_num(on_x) * product_weights(others)[:, None] * (panels.length * lengths)
        lines, felt = (np.flatnonzero(_heavy(mass.sum(axis=axis))) for axis in (1, 0))
        kept = mass[np.ix_(lines, felt)]
        total, phi = float(kept.sum()), coordinate.value(x[felt])
        return cls(rule, place, lines, onto[felt], kept / total, phi, total)

    def mixed(self, means: Array, variances: Array) -> Mixture:
        """Mix the moments (nodes, q) of some quantities."""
        along = self.rule.coordinates[self.place].value(self.rule.panels[self.place].nodes)
        known = np.maximum(along, _LEAST)
        own = [_lines(self.rule, self.place, each)[self.lines] for each in (means, variances)]
        sunk = self._sunk(own[1], known)
        fine = np.where(sunk, self.phi[:, None, None], 1.0)
        at = np.where(sunk, known[:, None], 1.0)
        mean = self._moved(own[0] / at) * fine
        variance = np.maximum(self._moved(own[1] / at**2) * fine**2, _NOTHING)
        mass = np.ascontiguousarray(self.mass.T)
        both = zip(np.moveaxis(mean, 2, 0), np.moveaxis(variance, 2, 0), strict=True)
        return side_by_side([_thinned(mass, *each) for each in both])

    def _moved(self, values: Array) -> Array:
        """Interpolate values (r, n, q) to (f, r, q)."""
        lines, nodes, count = values.shape
        across = np.moveaxis(values, 1, 0).reshape(nodes, -1)
        return np.asarray(self.onto @ across).reshape(-1, lines, count)

    def _sunk(self, variances: Array, known: Array) -> NDArray[np.bool_]:
        """Say whether the standard deviation is in proportion to the hyperparameter near zero."""
        weights = _lines(self.rule, self.place, self.rule.weights[:, None])[self.lines, :, 0]
        line = int(weights.sum(axis=1).argmax())
        low = _first(weights[line])
        lower, upper = np.maximum(variances[line, low : low + 2], _NOTHING)
        return np.log(upper / lower) > np.log(known[low + 1] / known[low])


def _thinned(mass: Array, mean: Array, variance: Array) -> Mixture:
    """Merge the lines of a node where they say the same, and leave out what is too light: (f, r).

    Of two normals with the mean and the variance of a mixture of them, Φ is within a tenth of the
    third moment between them and of the variance of their variances. Each quantity by itself, so
    that its answer does not depend on what else is asked.
    """
    total = np.maximum(mass.sum(axis=1), _NOTHING)
    share = mass / total[:, None]
    centre = np.sum(share * mean, axis=1)
    apart = np.abs(mean - centre[:, None])
    whole = np.maximum(np.sum(share * (variance + apart**2), axis=1), _NOTHING)
    within = whole[:, None]
    unlike = np.minimum(apart / np.sqrt(within), _FAR) ** 3 + (variance / within - 1.0) ** 2
    merged = 0.1 * total * np.sum(share * unlike, axis=1) < _ALIKE
    single = ~merged[:, None] & _heavy(mass)
    weights = np.concatenate([total[merged], mass[single]])
    means = np.concatenate([centre[merged], mean[single]])
    sds = np.sqrt(np.concatenate([whole[merged], variance[single]]))
    return Mixture((weights / weights.sum())[:, None], means[:, None], sds[:, None])


def _heavy(mass: Array) -> NDArray[np.bool_]:
    """Say which nodes are left when the lightest, of 1e-10 together, are dropped."""
    ordered = np.sort(mass, axis=None)
    few = np.searchsorted(np.cumsum(ordered), _DROPPED)
    return mass > (ordered[few - 1] if few else -1.0)


def _low_lines(rule: "Rule") -> Iterator[NDArray[np.intp]]:
    """Give for each axis the lowest nodes on the line through the heaviest; none far from zero."""
    flat = np.arange(len(rule.weights)).reshape(rule.shape)
    heaviest = np.unravel_index(int(rule.weights.argmax()), rule.shape)
    for place, panels in enumerate(rule.panels):
        along = np.moveaxis(flat, place, -1)
        line = along[tuple(np.delete(heaviest, place))]
        low = _first(rule.weights[line])
        near = rule.coordinates[place].lower >= 0.0 and panels.lower < panels.length / 4.0
        yield line[low : low + _LOOK + 1] if near else line[:0]


def _first(weights: Array) -> int:
    """Give the lowest of at least two nodes on a line whose weight can be felt."""
    heavy = np.flatnonzero(weights > _LIGHT * weights.max())
    return min(int(heavy[0]), len(weights) - 2)


def _lines(rule: "Rule", place: int, values: Array) -> Array:
    """Arrange values (nodes, q) as lines along an axis, (r, n, q)."""
    shaped = np.moveaxis(values.reshape(*rule.shape, -1), place, -2)
    return shaped.reshape(-1, *shaped.shape[-2:])


@lru_cache
def _graded(count: int, order: int) -> tuple[Array, Array, "csr_array"]:
    """Nodes and weights of the graded rule on [0, 1], and the matrix that interpolates to them."""
    first = 1.0 / count
    cuts = first * 0.5 ** np.arange(_HALVINGS, -1.0, -1.0)
    ends = np.concatenate([[0.0], cuts, first * np.arange(2, count + 1)])
    full = len(ends) - 1 - _FULL - (count - 1)
    orders = [
        _ORDER if piece < full else max(order * 5 // 8, _ORDER) for piece in range(len(ends) - 1)
    ]
    pieces = [Panels(a, b, 1, n) for a, b, n in zip(ends, ends[1:], orders, strict=False)]
    nodes = np.concatenate([piece.nodes for piece in pieces])
    weights = np.concatenate([piece.weights for piece in pieces])
    return nodes, weights, _nearby(Panels(0.0, 1.0, count, order).nodes, nodes)


def _nearby(known: Array, x: Array) -> "csr_array":
    """Sparse matrix (x, known) of Lagrange interpolation from the nearest nodes.

    Nodes far off, where the posterior weighs nothing and was not solved for, play no part.
    """
    from scipy.sparse import csr_array

    width = min(_STENCIL, len(known))
    start = np.clip(np.searchsorted(known, x) - width // 2, 0, len(known) - width)
    at = start[:, None] + np.arange(width)
    own = known[at]
    itself = np.eye(width, dtype=bool)
    above = np.where(itself, 1.0, x[:, None, None] - own[:, None, :])
    below = np.where(itself, 1.0, own[:, :, None] - own[:, None, :])
    parts = np.prod(above / below, axis=2)
    rows = np.repeat(np.arange(len(x)), width)
    return csr_array((parts.ravel(), (rows, at.ravel())), shape=(len(x), len(known)))


def _likelihood(heights: Array, prior: Array) -> Array:
    """Divide the prior out of log densities (r, n); where it is zero, take what stands beside."""
    known = np.flatnonzero(np.isfinite(prior))
    beside = np.abs(np.arange(len(prior))[:, None] - known).argmin(axis=1)
    return (heights[:, known] - prior[known])[:, beside]
