"""How probable it is that effects exceed what matters."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from consilience.engines import Combination
from consilience.engines.exact.posterior import ExactPosterior
from consilience.errors import ModelError
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.questions.asking import answering, finite, true_effects
from consilience.rows import newcomer, typical

_HOUSE = ["mean", "sd", "median", "lower", "upper", "level", "interval", "p_gt_0"]


def probabilities(
    fit: Fit,
    thresholds: Sequence[float] = (0.0,),
    *,
    rope: tuple[float, float] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Give the probability that μ, a new trial's true effect and each trial's exceed thresholds.

    Parameters
    ----------
    fit : Fit
        By any engine; exact fits answer from exact marginals, others by the share of draws.
    thresholds : sequence of float
        On the effect's scale.
    rope : tuple of float, optional
        Lower and upper end of the region of practical equivalence.
    level : float
        Mass of the intervals.

    Returns
    -------
    DataFrame
        Rows ``mu``, ``new`` (the true effect of a new trial of which nothing is known) and
        ``theta[…]``: ``mean, sd, median, lower, upper, level, interval, p_gt_0``, one column
        ``p_gt_t`` for each threshold t other than 0, and ``p_rope`` = P(lower < effect < upper) if
        a region is given.

    Raises
    ------
    ModelError
        If a threshold is no finite number, or the region has no width.

    References
    ----------
    Kruschke (2018), doi:10.1177/2515245918771304, for the region of practical equivalence.
    """
    answering(fit, "probabilities")
    at = _thresholds(thresholds)
    summary = fit.summary(level)
    theta = [f"theta[{label}]" for label in fit.effects.labels]
    new = fit.combine((newcomer(fit, "new"),), level=level)
    table = pd.concat([summary.loc[["mu"]], new, summary.loc[theta]])[_HOUSE]
    table.attrs = dict(summary.attrs)
    for each in at:
        table[f"p_gt_{each:g}"] = _exceed(fit, each)
    if rope is not None:
        lower, upper = _region(rope)
        table["p_rope"] = np.maximum(_exceed(fit, lower) - _exceed(fit, upper), 0.0)
        table.attrs["rope"] = (lower, upper)
    table.index.name = "parameter"
    return table


def _exceed(fit: Fit, threshold: float) -> Array:
    """P(effect > threshold) of μ, a new trial and each trial."""
    ahead = [_shifted(fit, each, threshold) for each in (typical(fit, "mu"), newcomer(fit, "new"))]
    return np.array([*ahead, *_trials(fit, threshold)])


def _shifted(fit: Fit, combination: Combination, threshold: float) -> float:
    """Ask for P(x − threshold > 0); one at a time, so that draws of the new trial are the same."""
    moved = Combination(
        combination.name,
        combination.weights,
        combination.fresh,
        combination.levels,
        combination.scatter,
        combination.error,
        combination.known - threshold,
    )
    return float(fit.combine((moved,))["p_gt_0"].iloc[0])


def _trials(fit: Fit, threshold: float) -> Array:
    posterior = fit.posterior
    if isinstance(posterior, ExactPosterior):
        return true_effects(posterior).survival(np.full(fit.effects.k, threshold))
    draws = fit.draws["posterior"]["theta"].transpose("chain", "draw", "estimate").to_numpy()
    return np.asarray(np.mean(draws > threshold, axis=(0, 1)))


def _thresholds(given: object) -> tuple[float, ...]:
    if isinstance(given, str) or not isinstance(given, Sequence | np.ndarray):
        raise ModelError(f"thresholds is a list of numbers, not {given!r}. Try (0.0, 0.2).")
    return tuple(finite("A threshold", each) for each in given)


def _region(given: object) -> tuple[float, float]:
    """Read a region of practical equivalence; refuse what is no pair with lower < upper."""
    if not isinstance(given, Sequence | np.ndarray) or isinstance(given, str) or len(given) != 2:
        raise ModelError(f"rope is a pair of numbers, not {given!r}. Try (-0.1, 0.1).")
    lower, upper = (finite("An end of the rope", each) for each in given)
    if lower >= upper:
        raise ModelError(f"The rope from {lower:g} to {upper:g} has no width; give (lower, upper).")
    return lower, upper
