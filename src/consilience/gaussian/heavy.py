"""Student's t as a mixture of normals."""

import numpy as np
from scipy.special import gammainccinv, gammaincinv, logsumexp

from consilience.gaussian.blocks import Array

_STEP = 0.4
_LOW, _HIGH = 1e-13, 1e-22  # what is cut off; at the upper end it bounds how far out values may lie


def scale_mixture(nu: float) -> tuple[Array, Array]:
    """Write Student's t as a finite mixture of centred normals.

    Returns
    -------
    multiples, shares : array (c,)
        Variances λ, equally spaced on the log scale, and their probabilities.
    """
    half = nu / 2.0
    ends = np.log(half / np.array([gammainccinv(half, _LOW), gammaincinv(half, _HIGH)]))
    count = int(np.ceil(np.ptp(ends) / (_STEP * min(1.0, np.sqrt(2.0 / nu))))) + 1
    s = np.linspace(ends[0], ends[1], count)
    log_shares = -half * (s + np.exp(-s))
    return np.exp(s), np.exp(log_shares - logsumexp(log_shares))
