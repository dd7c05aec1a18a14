"""Leave-one-out of sampled fits: by reweighted draws, and by refits where these say too little."""

from dataclasses import replace

import numpy as np
import pandas as pd

from consilience.engines.nuts.posterior import SampledPosterior
from consilience.engines.smoothing import GOOD
from consilience.errors import RefusalError
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.model import resolve, weighed

_MOST = 3
_REFITTED = "By a refit without it: the draws say too little (Pareto k = {k:.2f}, above 0.7)."
_DOUBTED = (
    "The draws say too little about it (Pareto k = {k:.2f}, above 0.7), {why}. Fit again without "
    "it, or with more draws."
)


def foreseen(fit: Fit, pointwise: Array, k: Array) -> pd.DataFrame:
    """Say how each estimate is foreseen by the others.

    Parameters
    ----------
    fit : Fit
        By NUTS.
    pointwise, k : array (k,)
        Log predictive densities by Pareto-smoothed importance sampling, and their Pareto k.

    Returns
    -------
    DataFrame
        By estimate: ``lpd, pit, p_value, accuracy, pareto_k, note``. Up to three estimates whose k
        exceeds 0.7 are foreseen by refits; where there are more, or they share participants, their
        rows stay empty.

    Raises
    ------
    RefusalError
        If the fit is by another engine.
    """
    posterior = fit.posterior
    if not isinstance(posterior, SampledPosterior):
        raise RefusalError(f"{type(fit.engine).__name__} has no draws to be reweighted.")
    lpd, pit, notes = pointwise.copy(), posterior.foresee(), [""] * len(k)
    bad = np.flatnonzero(~(k <= GOOD)).tolist()
    why = _why_not(posterior, len(bad))
    for place in bad:
        notes[place] = _DOUBTED.format(k=k[place], why=why) if why else _REFITTED.format(k=k[place])
        lpd[place], pit[place] = (np.nan, np.nan) if why else _refitted(fit, place)
    columns = {"lpd": lpd, "pit": pit, "p_value": 2.0 * np.minimum(pit, 1.0 - pit)}
    rest = {"accuracy": np.full(len(k), np.nan), "pareto_k": k, "note": notes}
    return pd.DataFrame({**columns, **rest}, list(fit.effects.labels))


def _why_not(posterior: SampledPosterior, count: int) -> str:
    if posterior.bonds.related.any():
        return "and refits without one of several estimates that share participants are not done"
    return f"and so do {count - 1} others: too many to refit" if count > _MOST else ""


def _refitted(fit: Fit, place: int) -> tuple[float, float]:
    """Sample without one estimate, which stays with an infinite variance: the columns do as well.

    The log predictive density of the estimate, and P(new estimate < the observed).
    """
    concrete = resolve(fit.model, fit.effects)
    without = np.where(np.arange(fit.effects.k) == place, np.inf, fit.effects.v)
    found = fit.engine.run(concrete, replace(fit.effects, v=without))
    if not isinstance(found, SampledPosterior) or found.faults:
        return np.nan, np.nan
    return found.stranger(place, weighed(concrete, fit.effects))
