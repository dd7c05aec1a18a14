"""The tau² at which an observed sum of squares has a given probability of not being exceeded."""

from consilience.classical.forms import QuadraticForm
from consilience.classical.wls import Floats
from consilience.errors import ConvergenceError

_MOST_DOUBLINGS = 200
_TOLERANCE = 1e-14


def tau2_at_probability(form: QuadraticForm, v: Floats, *, probability: float) -> float:
    """Solve ``P(Q <= q; tau²) = probability``, q the observed value; the left side falls in tau².

    Parameters
    ----------
    form : QuadraticForm
        With weights that do not depend on tau².
    v : ndarray, shape (k,)
        Sampling variances.
    probability : float
        Between 0 and 1.

    Returns
    -------
    float
        Zero where the left side is below already at ``tau² = 0``.

    Raises
    ------
    ConvergenceError
        If no such tau² is found.
    """
    from scipy.optimize import brentq

    observed = form.value

    def excess(tau2: float) -> float:
        return form.cdf(observed, v + tau2) - probability

    if excess(0.0) <= 0:
        return 0.0
    high = observed / form.trace
    for _ in range(_MOST_DOUBLINGS):
        if excess(high) <= 0:
            return float(brentq(excess, 0.0, high, xtol=1e-300, rtol=_TOLERANCE, maxiter=500))
        high *= 4
    message = f"No tau² up to {high!r} makes Q = {observed!r} as unlikely as {probability!r}."
    raise ConvergenceError(message)
