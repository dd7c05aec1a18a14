"""Combinations of coefficients, laid out along the axes of a rule that move them most."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact.integrand import product_weights, values_at
from consilience.engines.exact.rule import Rule
from consilience.engines.integrated.along import Lines, Where
from consilience.gaussian import Array

_HEAVY = 1e-13
_NARROWEST = 0.01


@dataclass(frozen=True, slots=True)
class Affine:
    """β = c + Sz at nodes.

    Parameters
    ----------
    c : array (n, m)
        Where z = 0 lies.
    S : array (n, m, m)
        Triangular, or diagonal.
    """

    c: Array
    S: Array

    def at(self, z: Array) -> Array:
        """Give β (n, m) at z (n, m)."""
        return self.c + (self.S @ z[:, :, None])[:, :, 0]

    @property
    def log_determinant(self) -> Array:
        """Log |S|, (n,)."""
        return np.asarray(np.log(np.diagonal(self.S, axis1=1, axis2=2)).sum(axis=1))


@dataclass(frozen=True, slots=True)
class Sought:
    """q = w'β + o + e, e ~ N(0, s²), at the nodes of a rule.

    Parameters
    ----------
    weights : array (m,)
        w, not all zero.
    known : float
        o.
    variance : array (n,)
        s².
    """

    weights: Array
    known: float
    variance: Array


def lined(rule: Rule, at: Affine, sought: Sought, *, heights: Array) -> tuple[Lines, ...]:
    """Lay log densities at the nodes (n,) out along lines of one axis each.

    q = (S'w)'z + w'c + o. At each node of φ the lines follow the z that moves q most there.
    """
    m = len(sought.weights)
    z = values_at(rule.coordinates, rule.panels)[:, :m]
    moves = np.einsum("m,nmj->nj", sought.weights, at.S)
    spread = np.sqrt(rule.weights @ z**2 - (rule.weights @ z) ** 2)
    best = np.argmax(np.abs(moves) * spread, axis=1)
    found = []
    for place in np.unique(best[rule.weights > _HEAVY]).tolist():
        others = np.delete(moves * z, place, axis=1).sum(axis=1)
        offset = at.c @ sought.weights + sought.known + others
        columns = offset, sought.variance, moves[:, place], best == place
        found.append(_along(rule, place, heights=heights, columns=columns))
    return tuple(found)


def _along(
    rule: Rule, place: int, *, heights: Array, columns: tuple[Array, Array, Array, NDArray]
) -> Lines:
    """Put one axis first, the others side by side."""
    rest = tuple(panels for axis, panels in enumerate(rule.panels) if axis != place)

    def laid(values: Array) -> Array:
        shaped = np.moveaxis(values.reshape(rule.shape), place, 0)
        return shaped.reshape(shaped.shape[0], -1)

    offset, variance, weight, own = (laid(each)[0] for each in columns)
    top = heights[rule.weights > _HEAVY].max()
    along = laid(heights) - top + np.log(product_weights(rest))
    heavy = np.flatnonzero((laid(rule.weights).sum(axis=0) > _HEAVY) & own)
    return Lines(rule, place, along, offset, variance, weight, heavy)


def parted(lines: Lines, count: int) -> Iterator[tuple[int, Lines]]:
    """Part lines by where they stand on the last axes, and give a node of the rule that shares it.

    Parameters
    ----------
    lines : Lines
        Lines along none of these axes.
    count : int
        Number of axes.
    """
    shape = lines.rule.shape
    where = lines.heavy % int(np.prod(shape[len(shape) - count :]))
    for node in np.unique(where).tolist():
        yield node, replace(lines, heavy=lines.heavy[where == node])


def narrowest(rule: Rule, mean: Array, variance: Array, *, m: int) -> tuple[float, float]:
    """Find where a quantity is known best, and how well: its mean and SD in a hundredth of all.

    Given hyperparameters, that is, over the nodes of all coefficients together.

    Parameters
    ----------
    rule : Rule
        The rule.
    mean, variance : array (n,)
        Of the quantity given each node.
    m : int
        Number of coefficients.
    """
    shape = (int(np.prod(rule.shape[:m])), -1)
    mass, first, second = (each.reshape(shape) for each in (rule.weights, mean, variance))
    whole = mass.sum(axis=0)
    share = mass / np.where(whole > 0.0, whole, 1.0)
    middle = np.sum(share * first, axis=0)
    sd = np.sqrt(np.sum(share * (second + (first - middle) ** 2), axis=0))
    order = np.argsort(np.where(whole > _HEAVY, sd, np.inf))
    last = int(np.searchsorted(np.cumsum(whole[order]), _NARROWEST))
    some = order[: last + 1]
    return float(middle[some] @ whole[some] / whole[some].sum()), float(sd[order[last]])


def about(rule: Rule, mean: Array, variance: Array, *, m: int) -> Where:
    """Say about where a quantity lies whose moments given each node are known, (n,) each.

    Parameters
    ----------
    rule : Rule
        The rule.
    mean, variance : array (n,)
        The moments.
    m : int
        Number of coefficients.
    """
    middle = float(rule.weights @ mean)
    sd = float(np.sqrt(rule.weights @ (variance + (mean - middle) ** 2)))
    return Where(middle, sd, *narrowest(rule, mean, variance, m=m))


def added_up(lines: tuple[Lines, ...], x: Array, factor: Array | float = 1.0) -> Array:
    """Add the densities along all lines up at points (x,)."""
    return np.asarray(factor * sum(line.density(x) for line in lines))
