"""Which normal equations a form has, by what ties its estimates together."""

from math import sqrt

import numpy as np

from consilience.engines.exact.block_solve import in_blocks, values_of, whole_blocks
from consilience.engines.exact.nest_solve import levels_of, nests, trees
from consilience.engines.exact.solve import Equations, equations
from consilience.gaussian import Array, Bonds, Errors, Point, Scatter


def turned(W: Array, y: Array, *, errors: Errors, prior: tuple[Array, Array]) -> Equations:
    """Prepare the equations of estimates turned so that V is diagonal; see `factored`."""
    y, W, v = errors.rotated(y, W)
    return equations(W, y, v, mean=prior[0], sd=prior[1])


def factored(
    W: Array, y: Array, *, bonds: Bonds, wide: bool, prior: tuple[Array, Array]
) -> Equations:
    """Prepare equations of which V + H is factored at every node, level by level where it can be.

    Parameters
    ----------
    W : array (k, m)
        The columns.
    y : array (k,)
        Estimates.
    bonds : Bonds
        Their errors, and what ties them together.
    wide : bool
        Whether each true effect has a variance of its own.
    prior : tuple of array (m,)
        Prior means and standard deviations of the coefficients.
    """
    plain = equations(W, y, bonds.errors.v, mean=prior[0], sd=prior[1])
    lay_out = trees if nests(bonds) else whole_blocks
    return in_blocks(plain, lay_out(W, plain.residual, bonds=bonds, wide=wide))


def values_at(bonds: Bonds, scatter: Scatter, point: Point) -> Array:
    """Give what the equations' kernel reads at each node: h(φ), and beside it what ties depend on.

    Parameters
    ----------
    bonds : Bonds
        What ties estimates together.
    scatter : Scatter
        h(φ).
    point : mapping
        The hyperparameters at the nodes.
    """
    if nests(bonds):
        return levels_of(bonds, scatter, point)
    h = np.ascontiguousarray(scatter.variance(point), dtype=float)
    if bonds.ties.none:
        return h
    return values_of(h, tuple(tie.values(point) for tie in bonds.ties))


def scaled(spread: Array, scales: tuple[str, ...], point: Point) -> Array:
    """Give the prior standard deviations of the coefficients, (nodes, m) or (1, m); 1 where flat.

    Parameters
    ----------
    spread : array (1, m)
        The same before they are scaled.
    scales : tuple of str
        The hyperparameter that scales each, or an empty name.
    point : mapping
        The hyperparameters at the nodes.
    """
    if not any(scales):
        return spread
    found = np.repeat(spread, len(next(iter(point.values()))), axis=0)
    for place, name in enumerate(scales):
        if name:
            found[:, place] *= point[name]
    return found


def typical(v: Array) -> float:
    """Give the standard error in the middle: at a tenth of the price of numpy's median."""
    counted, ordered = np.count_nonzero(np.isfinite(v)), np.sort(v)
    if not counted:
        return 1.0  # nothing is seen but the priors, whose own scales the search will find
    return sqrt(0.5 * (ordered.item((counted - 1) // 2) + ordered.item(counted // 2)))


def without_columns(W: Array, hidden: list[int]) -> Array:
    """Give columns with zeros where they are hidden from the true effects."""
    if hidden:
        W = W.copy()
        W[:, hidden] = 0.0
    return W
