"""What the trials say about a hyperparameter between the nodes of its axis.

A density is hard to interpolate: it may fall over many orders of magnitude, and its prior may have
corners. What the trials say is smooth. So that is interpolated, and multiplied by the prior as it
stands:

    p(x | y) = p(x) L(x),  L the interpolant of p(x | y)/p(x) at the nodes.

Along several axes L itself is interpolated where it stays within e³⁰ of its largest value: the
logarithm has a branch point wherever L, continued to complex x, is zero. Its logarithm, which is
nearly a polynomial where many trials leave little room, is interpolated along a single axis, where
L falls further, and along four axes: there L is too narrow for the nodes that can be afforded.
"""

import numpy as np

from consilience.gaussian import Array

_WIDE = 30.0
_FEW = 3  # axes


def said(heights: Array, prior: Array) -> Array:
    """Divide the prior out; at nodes where it is zero, the trials say what they say beside it.

    Parameters
    ----------
    heights : array (…, n)
        Log densities at the nodes of an axis.
    prior : array (n,)
        Log prior density there.
    """
    there = np.isfinite(prior)
    if there.all():
        return heights - prior
    known = np.flatnonzero(there)
    beside = np.abs(np.arange(len(prior))[:, None] - known).argmin(axis=1)
    return (heights[..., known] - prior[known])[..., beside]


def interpolated(trials: Array, onto: Array, *, axes: int) -> Array:
    """Interpolate L along the last axis.

    Parameters
    ----------
    trials : array (…, n)
        log L at the nodes.
    onto : array (n, f)
        From values at the nodes to those at other points.
    axes : int
        Number of axes of the whole rule.

    Returns
    -------
    array (…, f)
        L at the other points; below zero by a rounding error where L is next to nothing.
    """
    if axes == 1 or axes > _FEW:
        return np.exp(trials @ onto)
    top = trials.max(axis=-1, keepdims=True)
    wide = top - trials.min(axis=-1, keepdims=True) > _WIDE
    if wide.all():
        return np.exp(trials @ onto)
    plain = np.exp(top) * (np.exp(trials - top) @ onto)
    return np.where(wide, np.exp(trials @ onto), plain) if wide.any() else plain
