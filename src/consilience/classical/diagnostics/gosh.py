"""GOSH: the pooled effect of every subset of the estimates."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.classical.batch import Batch
from consilience.classical.pooled import Pooled
from consilience.classical.univariate import refuse_dependent
from consilience.errors import ModelError

_CHUNK = 4096


def gosh(pooled: Pooled, *, most: int = 100_000, seed: int = 1) -> pd.DataFrame:
    """Pool all subsets of at least two estimates, or a random sample of them.

    Parameters
    ----------
    pooled : Pooled
        Without moderators; its estimator is used.
    most : int
        If there are more subsets than this, as many are drawn, each estimate being in or out with
        probability one half; the same may be drawn twice.
    seed : int
        Of the draw.

    Returns
    -------
    DataFrame
        One row per subset: ``estimate, tau2, I2, H2, Q, k``, and ``in[…]``, whether it holds each
        estimate. ``attrs["complete"]`` tells whether all subsets are there.

    Raises
    ------
    ModelError
        With moderators, for fewer than three estimates, and ``most < 1``.

    References
    ----------
    Olkin I, Dahabreh IJ, Trikalinos TA (2012). Research Synthesis Methods 3:214–223.
    doi:10.1002/jrsm.1053
    """
    refuse_dependent(pooled, "gosh()")
    k = pooled.effects.k
    if pooled.design.names or k < 3 or most < 1:
        raise ModelError("gosh() takes three or more estimates without moderators, and most >= 1.")
    complete = 2**k - k - 1 <= most
    chosen = _all(k) if complete else _drawn(k, most, seed)
    parts = [_pooled(pooled, chosen[i : i + _CHUNK]) for i in range(0, len(chosen), _CHUNK)]
    table = pd.concat(parts, ignore_index=True)
    inside = pd.DataFrame(chosen, columns=[f"in[{label}]" for label in pooled.effects.labels])
    table = pd.concat([table, inside], axis=1)
    table.attrs = pooled.attrs | {"complete": complete}
    return table


def _all(k: int) -> NDArray[np.bool_]:
    numbers = np.arange(2**k)
    chosen = (numbers[:, None] >> np.arange(k)) & 1 > 0
    return chosen[chosen.sum(axis=1) >= 2]


def _drawn(k: int, most: int, seed: int) -> NDArray[np.bool_]:
    rng = np.random.default_rng(seed)
    chosen = rng.random((most, k)) < 0.5
    while (few := chosen.sum(axis=1) < 2).any():
        chosen[few] = rng.random((int(few.sum()), k)) < 0.5
    return chosen


def _pooled(pooled: Pooled, chosen: NDArray[np.bool_]) -> pd.DataFrame:
    """Pool every chosen subset, (subsets, k): one row each, on the scale of the effects."""
    y, v = pooled.effects.y, pooled.effects.v
    centre = np.where(chosen, y, 0.0).sum(axis=1) / chosen.sum(axis=1)
    about = np.where(chosen, y - centre[:, None], 0.0)
    batch = Batch(about, np.where(chosen, v, 1.0), chosen)
    tau2 = pooled.estimator.tau2_many(batch)
    fit, fixed = batch.at(tau2), batch.at(np.zeros(len(chosen)))
    scatters = pooled.estimator.scatters
    # Beside a variance many orders smaller a second estimate says nothing of the typical one.
    with np.errstate(divide="ignore"):
        typical = batch.df / fixed.trace
        ratio = 1 + tau2 / typical if scatters else fixed.Q / batch.df
        share = tau2 / (tau2 + typical) if scatters else np.maximum(0.0, 1 - 1 / ratio)
    columns = {
        "estimate": centre + fit.mean, "tau2": tau2, "I2": 100 * share, "H2": ratio, "Q": fixed.Q,
        "k": batch.k,
    }  # fmt: skip
    return pd.DataFrame(columns)
