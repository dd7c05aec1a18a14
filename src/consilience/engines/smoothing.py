"""Pareto-smoothed importance weights."""

import numpy as np

from consilience.gaussian import Array

GOOD = 0.7
"""Above this Pareto k the weights say too little (Vehtari et al. 2024)."""
_SAME = 1e-9


def smoothed(logs: Array) -> tuple[Array, Array]:
    """Smooth the largest of importance weights; where all are the same there is nothing to do.

    Parameters
    ----------
    logs : array
        Log weights of the draws, (q, draws).

    Returns
    -------
    array
        Log weights, (q, draws), up to a constant of each row.
    array
        Their Pareto k, (q,): 0 where all weights of a row are the same.

    References
    ----------
    Vehtari A, Simpson D, Gelman A, Yao Y, Gabry J (2024). Pareto smoothed importance sampling.
    JMLR 25(72). https://jmlr.org/papers/v25/19-556.html
    """
    from arviz_stats.base import array_stats

    smooth, k = np.zeros_like(logs), np.zeros(len(logs))
    varies = np.ptp(logs, axis=1) > _SAME
    if varies.any():
        smooth[varies], k[varies] = array_stats.psislw(-logs[varies], r_eff=1.0)
    return smooth, k
