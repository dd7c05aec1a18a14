"""Sampled posteriors without some estimates: the draws reweighted instead of drawn again."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from consilience.engines.smoothing import GOOD, smoothed
from consilience.engines.summary import tails
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.questions.removed import Removed
from consilience.questions.shared import Places

_COLUMNS = ["mean", "sd", "median", "lower", "upper", "p_gt_0", "p_gt", "tau", "accuracy"]
_UNSURE = (
    "The draws say too little about the answer without it (Pareto k = {k:.2f}, above 0.7). Fit "
    "again without it."
)


def reweighed(fit: Fit, sets: Sequence[Places], *, threshold: float, level: float) -> pd.DataFrame:
    """Summarise μ without each set of estimates, by Pareto-smoothed importance weights.

    p(μ | the others) weighs a draw by 1/p(those left out | draw, the others).

    Parameters
    ----------
    fit : Fit
        By any engine; its draws hold the log likelihood.
    sets : sequence of tuple of int
        Places of the estimates that are left out together.
    threshold : float
        What μ must exceed.
    level : float
        Mass of the intervals.

    Returns
    -------
    DataFrame
        As of `moved`; `accuracy` is empty.

    References
    ----------
    Vehtari et al. (2024), JMLR 25(72), for the weights and the limit of 0.7.
    """
    posterior = fit.draws["posterior"]
    removed = Removed(fit)
    mu = posterior["mu"].to_numpy().ravel()
    one = "tau" in posterior and posterior["tau"].ndim == 2
    tau = posterior["tau"].to_numpy().ravel() if one else np.full(len(mu), np.nan)
    rows = [_row(mu, tau, removed.log_density_of(each), asked=(threshold, level)) for each in sets]
    return pd.DataFrame(rows, index=range(len(sets)), columns=[*_COLUMNS, "note"])


def _row(mu: Array, tau: Array, removed: Array, *, asked: tuple[float, float]) -> dict[str, object]:
    """Give the answer from reweighted draws, or a note where Pareto's k says they cannot."""
    logs, (k,) = smoothed(-removed[None])
    if not float(k) <= GOOD:
        return {"note": _UNSURE.format(k=float(k))}
    weights = np.exp(logs[0] - logs[0].max())
    weights /= weights.sum()
    threshold, level = asked
    mean = float(weights @ mu)
    lower, upper = tails(level)
    median, low, high = _quantiles(mu, weights, (0.5, lower, upper))
    return {
        "mean": mean,
        "sd": float(np.sqrt(weights @ (mu - mean) ** 2)),
        "median": median,
        "lower": low,
        "upper": high,
        "p_gt_0": float(weights @ (mu > 0.0)),
        "p_gt": float(weights @ (mu > threshold)),
        "tau": _quantiles(tau, weights, (0.5,))[0],
        "accuracy": np.nan,
        "note": "",
    }


def _quantiles(values: Array, weights: Array, at: tuple[float, ...]) -> Array:
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) - 0.5 * weights[order]
    return np.asarray(np.interp(at, reached, values[order]))
