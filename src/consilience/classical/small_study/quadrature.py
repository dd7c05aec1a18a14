"""Means over what a trial could have found, by panels that no kink of a selection crosses."""

from functools import cache

import numpy as np

from consilience.classical.wls import Floats

REACH = 30.0
_ORDER = 14
_EVENLY = np.linspace(-REACH, REACH, 25)
_NEAR = np.linspace(-8.0, 8.0, 13)


@cache
def _rule() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(_ORDER)
    return nodes, weights


def standard_nodes(mean: Floats, sd: Floats, breaks: Floats) -> tuple[Floats, Floats]:
    """Lay nodes for the expectation of a function of ``z ~ N(mean, sd²)``.

    Panels end at the breaks, so that between them the function is smooth; Gauss–Legendre in each.

    Parameters
    ----------
    mean, sd : ndarray, shape (k,)
        In standard errors of each estimate.
    breaks : ndarray, shape (k, b)
        z values at which the function is not smooth.

    Returns
    -------
    t, log_weights : ndarray, shape (k, n)
        Standardised nodes, ``z = mean + sd t``, and logs of the weights, density included.
    """
    inner = np.concatenate([np.broadcast_to(_NEAR, (len(mean), len(_NEAR))), breaks], axis=1)
    scaled = np.clip((inner - mean[:, None]) / sd[:, None], -REACH, REACH)
    evenly = np.broadcast_to(_EVENLY, (len(mean), len(_EVENLY)))
    edges = np.sort(np.concatenate([evenly, scaled], axis=1), axis=1)
    half, middle = np.diff(edges) / 2, (edges[:, 1:] + edges[:, :-1]) / 2
    nodes, weights = _rule()
    t = (middle[:, :, None] + half[:, :, None] * nodes).reshape(len(mean), -1)
    with np.errstate(divide="ignore"):
        logs = np.log(half[:, :, None] * weights).reshape(len(mean), -1)
    return t, logs - t**2 / 2 - 0.5 * np.log(2 * np.pi)
