"""The Q-profile interval of tau²."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from consilience.classical.batch import Batch, BatchWeighted, falling_roots
from consilience.classical.roots import falling_root
from consilience.classical.wls import Floats, Weighted


def tau2_interval(y: Floats, v: Floats, X: Floats, *, level: float) -> tuple[float, float]:
    """Find the values of tau² at which the generalised Q is no surprise.

    ``Q(tau²) = y'P y`` is chi-square with k - p degrees of freedom at the true tau² and falls with
    tau²; the ends are where it meets the quantiles, and zero where it is below them already.

    Parameters
    ----------
    y, v : ndarray, shape (k,)
    X : ndarray, shape (k, p)
        Of full rank, ``p < k``.
    level : float
        Probability content, such as 0.95.

    Returns
    -------
    lower, upper : float
        Both zero where the estimates agree better than chance allows even at ``tau² = 0``.

    Raises
    ------
    ConvergenceError
        If an end is not found.

    References
    ----------
    Viechtbauer W (2007). Statistics in Medicine 26:37–52. doi:10.1002/sim.2514
    """
    tail = (1 - level) / 2
    df = Weighted(y, v, X).df
    return (
        tau2_at(y, v, X, Q=float(chdtri(df, tail))),
        tau2_at(y, v, X, Q=float(chdtri(df, 1 - tail))),
    )


def tau2_at(y: Floats, v: Floats, X: Floats, *, Q: float) -> float:
    """Solve ``Q(tau²) = Q`` through ``1 / Q(tau²)``, which is nearly a straight line.

    Returns
    -------
    float
        Zero where ``Q(0)`` is below already.

    Raises
    ------
    ConvergenceError
        If the search does not end; the message says how far it came.
    """

    def excess(tau2: float) -> tuple[float, float]:
        fit = Weighted(y, v, X, tau2)
        return 1 - Q / fit.Q, -Q * fit.squared / fit.Q**2

    if Weighted(y, v, X).Q <= Q:
        return 0.0
    # Q(tau²) is at most the plain residual sum of squares over tau².
    high = Weighted(y, np.ones_like(v), X).Q / Q
    return falling_root(excess, 0.0, high, start=0.0)


def tau2_many_at(batch: Batch, *, Q: Floats) -> Floats:
    """Solve ``Q(tau²) = Q`` for each set of a batch, shape (n,); nan where no root is found."""
    found = np.zeros(len(batch.y))
    excessive = batch.at(found).Q > Q
    if not excessive.any():
        return found
    sets, target = batch.rows(excessive), Q[excessive]

    def excess(places: NDArray[np.int64], fit: BatchWeighted) -> tuple[Floats, Floats]:
        aim = target[places]
        return 1 - aim / fit.Q, -aim * fit.squared / fit.Q**2

    zero = np.zeros(len(target))
    high = np.einsum("nm,nm->n", sets.y, sets.y) / target
    found[excessive] = falling_roots(excess, sets, (zero, high), start=zero)
    return found
