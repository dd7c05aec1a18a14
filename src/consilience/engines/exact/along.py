"""What is believed of a hyperparameter at points along its axis, kept for later fits.

The ends of a bracket are points of a window, and windows begin at the same places: refits without a
trial, or to other estimates, mostly look at points where the prior is known already.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from consilience.engines.exact.line import Axis
from consilience.gaussian import Array, Hyper


class Along(NamedTuple):
    """Points along an axis, which nobody may write to."""

    x: Array
    """(n,)."""
    phi: Array
    """The hyperparameter there, (n, 1)."""
    log_prior: Array
    """Its log prior density on the x scale, (n,)."""
    size: Array
    """log(1 + |φ|/scale), (n,)."""


@lru_cache(maxsize=512)
def along(
    hyper: Hyper, axis: Axis, *, ends: tuple[float, float], unit: Callable[[], Array]
) -> Along:
    """Look along an axis.

    Parameters
    ----------
    hyper, axis
        The hyperparameter, and the map of its axis.
    ends : tuple of float
        Ends of an interval on the x scale.
    unit : callable
        Gives the points of the interval [0, 1].
    """
    x = ends[0] + unit() * (ends[1] - ends[0])
    phi = axis.value(x)
    prior = log_prior_at(hyper, axis, x, phi=phi)
    found = Along(x, phi[:, None], prior, np.log1p(np.abs(phi) / axis.scale))
    for values in found:
        values.flags.writeable = False
    return found


def log_prior_at(hyper: Hyper, axis: Axis, x: Array, *, phi: Array) -> Array:
    """Give the log prior density of a hyperparameter φ (n,) on the x scale."""
    return hyper.prior.logpdf(phi) + axis.log_jacobian(x)
