"""How far Student's t lies from its centre: what the whole and the half distribution share.

The distance is z = |x − mu| / sigma. Both tails of every probability keep their relative accuracy,
which ``scipy.special.stdtr`` and ``stdtrit`` lose close to the centre.
"""

from math import log

import numpy as np
from numpy.typing import NDArray
from scipy import special


def log_shape(distance: NDArray[np.float64], *, nu: float, sigma: float) -> NDArray[np.float64]:
    """Log density at a distance |x − mu|, relative to the centre: −(nu + 1)/2 · log(1 + z²/nu)."""
    # log(1 + z²/nu) from log z: z² alone would overflow far out.
    log_ratio = 2.0 * np.log(distance) - (2.0 * log(sigma) + log(nu))
    return (-0.5 * (nu + 1.0)) * np.logaddexp(0.0, log_ratio)


def log_height(nu: float, sigma: float) -> float:
    """Log density at the centre: −log(sigma √nu B(nu/2, 1/2))."""
    return -float(special.betaln(0.5 * nu, 0.5)) - 0.5 * log(nu) - log(sigma)


def within(z: NDArray[np.float64], nu: float) -> NDArray[np.float64]:
    """Probability of a distance up to z."""
    ratio = np.square(z) / nu
    near = special.betainc(0.5, 0.5 * nu, ratio / (1.0 + ratio))
    return np.where(ratio < 1.0, near, 1.0 - special.betainc(0.5 * nu, 0.5, 1.0 / (1.0 + ratio)))


def beyond(z: NDArray[np.float64], nu: float) -> NDArray[np.float64]:
    """Probability of a distance greater than z."""
    ratio = np.square(z) / nu
    near = special.betaincc(0.5, 0.5 * nu, ratio / (1.0 + ratio))
    return np.where(ratio < 1.0, near, special.betainc(0.5 * nu, 0.5, 1.0 / (1.0 + ratio)))


def distance_within(q: NDArray[np.float64], nu: float) -> NDArray[np.float64]:
    """Distance that is not exceeded with probability q."""
    share = special.betaincinv(0.5, 0.5 * nu, q)
    # 1 − share from an inverse of its own: the difference would be rounded away in the tail.
    return np.sqrt(nu * share / special.betainccinv(0.5 * nu, 0.5, q))


def distance_beyond(q: NDArray[np.float64], nu: float) -> NDArray[np.float64]:
    """Distance that is exceeded with probability q."""
    rest = special.betaincinv(0.5 * nu, 0.5, q)
    return np.sqrt(nu * special.betainccinv(0.5, 0.5 * nu, q) / rest)
