"""How many unpublished null results would undo a finding."""

import math

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from consilience.classical.base import Estimator
from consilience.classical.given import estimator_of
from consilience.classical.independent import refuse_shared
from consilience.classical.magnitude import refuse_unreachable
from consilience.classical.wls import Floats, standard_form
from consilience.effects import Effects
from consilience.errors import ModelError


def fail_safe_n(
    effects: Effects,
    *,
    alpha: float = 0.05,
    target: float = math.nan,
    estimator: str | Estimator = "REML",
) -> pd.DataFrame:
    """Count them four ways; none of the four is a model of how trials go missing.

    Rosenthal: studies of mean z zero that lift Stouffer's one-sided p above ``alpha``. Orwin:
    studies of effect zero that halve the unweighted mean, or lower it to ``target``. Rosenberg:
    studies of effect zero, of average weight, that lift the two-sided p of the common effect above
    ``alpha``. General: studies whose effects have the mean zero and scatter as the observed ones
    do, with the harmonic mean of the sampling variances, that lift the two-sided p of the
    random-effects mean to ``alpha``; their distance from the observed ones adds to tau².

    Parameters
    ----------
    effects : Effects
    alpha : float
        Level of the tests.
    target : float
        What Orwin's studies lower the unweighted mean to; half of it where none is given. Infinite
        studies where it is zero or on the other side of zero.
    estimator : str or Estimator
        Of tau², for the general number.

    Returns
    -------
    DataFrame
        Rows ``Rosenthal, Orwin, Rosenberg, General``; columns ``n`` (rounded up), ``p_value`` of
        the observed result (nan for Orwin), ``estimate`` and ``target`` (nan where none).

    Raises
    ------
    ModelError
        For an alpha outside (0, ½), and unknown estimators.
    ConvergenceError
        If tau² is not found.
    RefusalError
        If estimates share participants.

    References
    ----------
    Rosenthal R (1979). Psychological Bulletin 86:638–641. doi:10.1037/0033-2909.86.3.638
    Orwin RG (1983). Journal of Educational Statistics 8:157–159. doi:10.3102/10769986008002157
    Rosenberg MS (2005). Evolution 59:464–468. doi:10.1111/j.0014-3820.2005.tb01004.x
    Viechtbauer W, the manual of the R package metafor, fsn (type "General").
    """
    chosen = estimator_of(estimator)
    if not 0 < alpha < 0.5:
        raise ModelError(f"alpha {alpha!r} lies outside 0 to 0.5; give 0.05, say.")
    refuse_shared(effects, "A fail-safe number")
    refuse_unreachable(effects)
    y, v, k = effects.y, effects.v, effects.k
    stouffer = abs(float(np.sum(y / np.sqrt(v)))) / math.sqrt(k)
    weight = float(np.sum(1 / v))
    mean = float(np.sum(y / v)) / weight
    z = abs(mean) * math.sqrt(weight)
    rows = {
        "Rosenthal": {
            "n": _up(k * (stouffer / float(ndtri(alpha))) ** 2 - k),
            "p_value": float(ndtr(-stouffer)),
        },
        "Orwin": _orwin(float(y.mean()), k, target),
        "Rosenberg": {
            "n": _up(k * (z / float(ndtri(alpha / 2))) ** 2 - k),
            "p_value": float(2 * ndtr(-z)),
            "estimate": mean,
        },
        "General": _general(y, v, chosen, alpha=alpha),
    }
    columns = ["n", "p_value", "estimate", "target"]
    table = pd.DataFrame.from_dict(rows, orient="index").reindex(columns=columns)
    table.attrs = {"direction": effects.direction, "alpha": alpha}
    return table


def _orwin(mean: float, k: int, target: float) -> dict[str, float]:
    if math.isnan(target):
        # Halving the mean takes as many again, whatever it is.
        return {"n": float(k), "estimate": mean, "target": mean / 2}
    reached = target != 0 and (mean > 0) == (target > 0)
    n = _up(k * (mean - target) / target) if reached else math.inf
    return {"n": n, "estimate": mean, "target": target}


def _up(n: float) -> float:
    return float(math.ceil(max(0.0, n)))


def _general(y: Floats, v: Floats, estimator: Estimator, *, alpha: float) -> dict[str, float]:
    problem = standard_form(y, v, np.ones((len(y), 1)))
    needless = len(y) < 2 and estimator.reads
    tau2 = 0.0 if needless else estimator.tau2(*problem.read(fitted=estimator.reads_fitted))
    mean, p_value = _diluted(y, v, tau2, n=0, grows=estimator.scatters)
    low, high = 0, 1
    if p_value >= alpha:
        return {"n": 0.0, "p_value": p_value, "estimate": mean}
    while _diluted(y, v, tau2, n=high, grows=estimator.scatters)[1] < alpha:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        above = _diluted(y, v, tau2, n=middle, grows=estimator.scatters)[1] >= alpha
        low, high = (low, middle) if above else (middle, high)
    return {"n": float(high), "p_value": p_value, "estimate": mean}


def _diluted(y: Floats, v: Floats, tau2: float, *, n: int, grows: bool) -> tuple[float, float]:
    """Pool with n more studies of mean zero: the estimate and its two-sided p value."""
    k = len(y)
    first = float(np.sum(y / (v + tau2)) / np.sum(1 / (v + tau2)))
    joint = k * first / (k + n)
    spread = (k - 1 + max(0, n - 1)) * tau2 + k * (first - joint) ** 2 + n * joint**2
    wider = spread / (k + n - 1) if grows and n else tau2
    weight = float(np.sum(1 / (v + wider))) + n / (1 / float(np.mean(1 / v)) + wider)
    estimate = float(np.sum(y / (v + wider))) / weight
    return estimate, float(2 * ndtr(-abs(estimate) * math.sqrt(weight)))
