"""Where a likelihood with a ceiling need not be asked for: the priors rule the place out already.

With L ≤ e^c and the highest integrand f seen so far, a point whose prior density p satisfies
p·e^c·(1 + |φ|/scale)² < f·e⁻³⁶ is neither near the peak of the integrand nor of the integrand times
φ²: a search says the same whether it is asked for or not.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact.search import DROP
from consilience.gaussian import Array

if TYPE_CHECKING:
    from consilience.engines.exact.integrand import Form

_MOMENTS = 2


def hopeful(form: "Form", phi: Array, *, beliefs: Array, size: Array) -> Array:
    """Give the log integrand (n,) where it may matter to a search, and minus infinity elsewhere.

    Parameters
    ----------
    form : Form
        What is integrated.
    phi : array (n, d)
        Points.
    beliefs : array (n,)
        Log of priors × Jacobian there.
    size : array (n,)
        log(1 + |φ|/scale) of the largest φ.
    """
    ceiling = form.ceiling(phi)
    if np.isposinf(ceiling).any():
        return np.asarray(form.log_likelihood(phi) + beliefs)
    most = ceiling + beliefs + _MOMENTS * size
    total, best = np.full(len(phi), -np.inf), -np.inf
    for some in _most_believed_first(beliefs, form.pauses):
        at = some[most[some] >= best - DROP]
        if at.size:
            total[at] = form.log_likelihood(phi[at]) + beliefs[at]
            best = max(best, float(np.fmax.reduce(total[at])))
    return total


def _most_believed_first(beliefs: Array, pauses: Array) -> list[NDArray[np.intp]]:
    cuts = np.ceil(pauses * len(beliefs)).astype(int)
    return np.array_split(np.argsort(-beliefs), cuts)
