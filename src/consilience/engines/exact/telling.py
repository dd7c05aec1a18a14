"""What the trials say about a hyperparameter between the nodes of its axis.

A density is hard to interpolate: it may fall over many orders of magnitude, and its prior may have
corners. What the trials say is smooth. So that is interpolated, and multiplied by the prior as it
stands:

    p(x | y) = p(x) L(x),  L the interpolant of p(x | y)/p(x) at the nodes.

L itself is interpolated where it is of one order of magnitude; where it is not, its logarithm,
whose errors are relative but larger: the logarithm has a branch point wherever L, continued to
complex x, is zero.
"""

import numpy as np

from consilience.gaussian import Array

_ONE_ORDER = 1e-2  # the mean of L under the prior, as a share of its largest value


def said(heights: Array, prior: Array) -> Array:
    """Divide the prior out; at nodes where it is zero, the trials say what they say beside it.

    Parameters
    ----------
    heights : array (…, n)
        Log densities at the nodes of an axis.
    prior : array (n,)
        Log prior density there.
    """
    known = np.flatnonzero(np.isfinite(prior))
    if len(known) == len(prior):
        return heights - prior
    beside = np.abs(np.arange(len(prior))[:, None] - known).argmin(axis=1)
    return (heights[..., known] - prior[known])[..., beside]


def interpolated(trials: Array, beliefs: Array, onto: Array) -> Array:
    """Interpolate L along the last axis.

    Parameters
    ----------
    trials : array (…, n)
        log L at the nodes.
    beliefs : array (n,) or (…, n)
        Prior density there, up to a factor.
    onto : array (n, f)
        From values at the nodes to those at other points.

    Returns
    -------
    array (…, f)
        L at the other points; below zero by a rounding error where L is next to nothing.
    """
    top = trials.max(axis=-1, keepdims=True)
    plain = np.exp(trials - top)
    even = np.sum(plain * beliefs, axis=-1) >= _ONE_ORDER * beliefs.sum(axis=-1)
    if even.all():
        return np.exp(top) * (plain @ onto)
    if not even.any():
        return np.exp(trials @ onto)
    return np.where(even[..., None], np.exp(top) * (plain @ onto), np.exp(trials @ onto))
