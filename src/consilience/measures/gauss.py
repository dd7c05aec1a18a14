"""Gauss's hypergeometric function, where a correlation's bias needs it."""

import numpy as np
from scipy.special import hyp2f1

from consilience.measures.base import Floats

_LARGE, _TERMS = 20.0, 200


def gauss(a: float, c: Floats, x: Floats) -> Floats:
    r"""Return :math:`{}_2F_1(a, a; c; x)` for a of at most 1, :math:`c > 2 a`, x in [0, 1].

    The library's function gives NaN for large c and x near 1, where the plain series converges
    fast: its terms fall like :math:`j^{2 a - 1 - c}`.

    Parameters
    ----------
    a : float
    c, x : ndarray (k,)

    Returns
    -------
    ndarray (k,)
        To about 1e-14 relative; NaN where c or x is.
    """
    large = c >= _LARGE
    term = total = np.ones_like(x)
    for j in range(_TERMS):
        term = term * (a + j) ** 2 / ((np.where(large, c, _LARGE) + j) * (1.0 + j)) * x
        total = total + term
    return np.where(large, total, hyp2f1(a, a, np.where(large, _LARGE, c), x))
