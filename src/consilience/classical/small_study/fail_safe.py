"""How many unpublished null results would undo a finding."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import chdtrc, log_ndtr, ndtr, ndtri

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
    """Count them six ways; none of the six is a model of how trials go missing.

    Rosenthal: studies of mean z zero that lift Stouffer's one-sided p above ``alpha``. Fisher:
    studies of one-sided p ½ that do so to Fisher's product of the one-sided p values, all in the
    direction of Stouffer's z. Orwin: studies of effect zero that halve the unweighted mean, or
    lower it to ``target``; weighted: studies of effect zero and of average weight that do so to
    the common effect. Rosenberg: studies of effect zero, of average weight, that lift the two-sided
    p of the common effect above ``alpha``. General: studies whose effects have the mean zero and
    scatter as the observed ones do, with the harmonic mean of the sampling variances, that lift the
    two-sided p of the random-effects mean to ``alpha``; their distance from the observed ones adds
    to tau².

    Parameters
    ----------
    effects : Effects
    alpha : float
        Level of the tests.
    target : float
        What Orwin's studies lower the mean to; half of it where none is given. Infinite studies
        where it is zero or on the other side of zero.
    estimator : str or Estimator
        Of tau², for the general number.

    Returns
    -------
    DataFrame
        Rows ``Rosenthal, Fisher, Orwin, Orwin weighted, Rosenberg, General``; columns ``n``
        (rounded up), ``p_value`` of the observed result (nan for Orwin), ``estimate`` and
        ``target`` (nan where none).

    Raises
    ------
    ModelError
        For an alpha outside (0, ½), and unknown estimators.
    ConvergenceError
        If tau² is not found.
    RefusalError
        If estimates share participants.
    DataError
        For numbers that double precision cannot hold.

    References
    ----------
    Rosenthal R (1979). Psychological Bulletin 86:638–641. doi:10.1037/0033-2909.86.3.638
    Becker BJ (2005). Failsafe N or file-drawer number. In: Rothstein HR, Sutton AJ, Borenstein M
    (eds.), Publication bias in meta-analysis, 111–125. doi:10.1002/0470870168.ch7
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
        "Fisher": _fisher(y / np.sqrt(v), alpha=alpha),
        "Orwin": _orwin(float(y.mean()), k, target),
        "Orwin weighted": _orwin(mean, k, target),
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
    """Count null results that bring the plain mean down to the target."""
    if math.isnan(target):
        # Halving the mean takes as many again, whatever it is.
        return {"n": float(k), "estimate": mean, "target": mean / 2}
    reached = target != 0 and (mean > 0) == (target > 0)
    n = _up(k * (mean - target) / target) if reached else math.inf
    return {"n": n, "estimate": mean, "target": target}


def _up(n: float) -> float:
    return float(math.ceil(max(0.0, n)))


def _general(y: Floats, v: Floats, estimator: Estimator, *, alpha: float) -> dict[str, float]:
    """Count null results that bring the pooled p-value above alpha."""
    problem = standard_form(y, v, np.ones((len(y), 1)))
    needless = len(y) < 2 and estimator.reads
    tau2 = 0.0 if needless else estimator.tau2(*problem.read(fitted=estimator.reads_fitted))
    mean, observed = _diluted(y, v, tau2, n=0, grows=estimator.scatters)

    def p_value(n: int) -> float:
        return _diluted(y, v, tau2, n=n, grows=estimator.scatters)[1]

    return {"n": _least(p_value, alpha), "p_value": observed, "estimate": mean}


def _fisher(z: Floats, *, alpha: float) -> dict[str, float]:
    """Add ``-2 log ½`` with two degrees of freedom for every null study."""
    k, known = len(z), -2 * float(np.sum(log_ndtr(z if z.sum() < 0 else -z)))

    def p_value(n: int) -> float:
        return float(chdtrc(2 * (k + n), known + 2 * n * math.log(2)))

    return {"n": _least(p_value, alpha), "p_value": p_value(0)}


def _least(p_value: Callable[[int], float], alpha: float) -> float:
    """Find the least number with which the p value, which rises with it, reaches ``alpha``."""
    if p_value(0) >= alpha:
        return 0.0
    low, high = 0, 1
    while p_value(high) < alpha:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if p_value(middle) >= alpha else (middle, high)
    return float(high)


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
