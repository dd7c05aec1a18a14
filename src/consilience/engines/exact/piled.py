"""Mixtures over strata, which may hold points that carry mass."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from consilience.engines.exact.mixture import Mixture, wide
from consilience.engines.summary import tails
from consilience.gaussian import Array

_FELT = 1e-13
"""Share of all nodes together below which a node is not felt."""


def piled(parts: Sequence[tuple[Array | float, Mixture]]) -> Mixture:
    """Put mixtures of the same quantities on top of each other.

    Parameters
    ----------
    parts : sequence of (float or array (q,), Mixture)
        The probability of each, perhaps another one for each quantity, and the mixture.
    """
    weights = np.vstack([mass * wide(part) for mass, part in parts])
    weights = weights / weights.sum(axis=0)
    felt = weights.max(axis=1) > _FELT / len(weights)
    kept = weights[felt]
    return Mixture(
        kept / kept.sum(axis=0),
        np.vstack([part.means for _, part in parts])[felt],
        np.vstack([part.sds for _, part in parts])[felt],
    )


def quantile(mixture: Mixture, q: float) -> Array:
    """Quantiles (n,); where a point carries the probability q, that point.

    A curve that begins at no effect puts mass on exactly 0: where all trials lie below a threshold.
    """
    zero = np.zeros(mixture.means.shape[1])
    atoms = (mixture.sds == 0.0) & (mixture.means == 0.0)
    heavy = np.sum(np.where(atoms, mixture.weights, 0.0), axis=0)
    # A point at 0 counts half in the distribution function there.
    middle = mixture.cdf(zero)
    at_zero = (heavy > 0.0) & (middle - 0.5 * heavy <= q) & (q <= middle + 0.5 * heavy)
    found = zero.copy()
    rest = np.flatnonzero(~at_zero)
    if rest.size:
        found[rest] = mixture.only(rest).quantile(q)
    return found


def rows_of(names: tuple[str, ...], mixture: Mixture, level: float) -> pd.DataFrame:
    """Summarise a mixture: moments, quantiles and P(> 0) of each quantity."""
    lower, upper = tails(level)
    zero = np.zeros(len(names))
    atoms = (mixture.sds == 0.0) & (mixture.means == 0.0)
    heavy = np.sum(np.where(atoms, mixture.weights, 0.0), axis=0)
    return pd.DataFrame(
        {
            "mean": mixture.mean(),
            "sd": mixture.sd(),
            "median": quantile(mixture, 0.5),
            "lower": quantile(mixture, lower),
            "upper": quantile(mixture, upper),
            "p_gt_0": mixture.survival(zero) - 0.5 * heavy,
        },
        index=list(names),
    )
