"""Which estimates do not fit with the others."""

import numpy as np
import pandas as pd

from consilience.engines.exact.posterior import ExactPosterior
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.questions.asking import answering, listed, percent, unselected
from consilience.questions.leave_one_out import exact_loo

_SURPRISING, _LIKELY = 0.05, 0.5
_UNSURE = (
    "The draws say too little about what the others foresee here (Pareto k above 0.7). Fit again "
    "without this estimate."
)


def outliers(fit: Fit) -> pd.DataFrame:
    """Hold each estimate against what the others foresee.

    Parameters
    ----------
    fit : Fit
        Exact fits are refitted without each estimate; for sampled ones the draws are reweighted
        (PSIS), and rows whose Pareto k exceeds 0.7 stay empty, as the note says.

    Returns
    -------
    DataFrame
        By estimate: ``yi, sei``, ``pit`` = P(new yᵢ ≤ observed | others), the two-sided
        ``p_value``, ``p_holm`` and ``p_bonferroni`` adjusted for looking at all estimates, and
        ``p_outlier``, the posterior probability of being an outlier, where the heterogeneity has a
        place for outliers (StudentT, TwoComponent; else nan), and ``note``: why a row is empty.
        `attrs` holds ``words``.

    Raises
    ------
    RefusalError
        If the bias selects which estimates come to light.
    ModelError
        For what is no fit.
    ConvergenceError
        If the integration of a refit misses its accuracy.

    References
    ----------
    Marshall & Spiegelhalter (2003), doi:10.1002/sim.1403. Holm (1979), Scand. J. Statist. 6,
    65–70.
    """
    answering(fit, "outliers")
    unselected(fit, "outliers")
    pit, p_value, note = _foreseen(fit)
    table = pd.DataFrame(
        {
            "yi": fit.effects.y,
            "sei": np.sqrt(fit.effects.v),
            "pit": pit,
            "p_value": p_value,
            "p_holm": _holm(p_value),
            "p_bonferroni": np.minimum(p_value * np.isfinite(p_value).sum(), 1.0),
            "p_outlier": _verdict(fit),
            "note": note,
        },
        index=pd.Index(fit.effects.labels, name="estimate"),
    )
    table = fit.stamped(table)
    table.attrs["words"] = _words(table)
    return table


def _foreseen(fit: Fit) -> tuple[Array, Array, list[str]]:
    """Give PIT and p of each estimate left out: by refits, or by draws where these suffice."""
    if isinstance(fit.posterior, ExactPosterior):
        found = exact_loo(fit).table
        return found["pit"].to_numpy(), found["p_value"].to_numpy(), found["note"].to_list()
    doubted = fit.posterior.doubted()
    pit = np.where(doubted, np.nan, fit.posterior.foresee())
    return pit, 2.0 * np.minimum(pit, 1.0 - pit), [_UNSURE if each else "" for each in doubted]


def _holm(p: Array) -> Array:
    """Step down: (m − rank)·p, never less than that of a smaller p; nan stays nan."""
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    steps = p[order] * (len(order) - np.arange(len(order)))
    found = np.full(len(p), np.nan)
    found[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return found


def _verdict(fit: Fit) -> Array:
    if "outlier" not in fit.posterior.variables:
        return np.full(fit.effects.k, np.nan)
    return fit.draws["posterior"]["outlier"].mean(("chain", "draw")).to_numpy()


def _words(table: pd.DataFrame) -> tuple[str, ...]:
    """Count the surprising estimates beside how many chance would give, and after Holm."""
    small = [str(name) for name in table.index[table["p_value"] < _SURPRISING]]
    sure = [str(name) for name in table.index[table["p_holm"] < _SURPRISING]]
    likely = [str(name) for name in table.index[table["p_outlier"] > _LIKELY]]
    count = int(table["p_value"].notna().sum())
    if not count:
        return (
            "Without any one of the estimates nothing is known, so none can be held against "
            "the others.",
        )
    sentences = [
        f"{len(small)} of {count} estimates lie{'s' * (len(small) == 1)} where the others would "
        f"put a new one with a probability below {percent(_SURPRISING)}"
        f"{': ' + listed(small) if small else ''}; by chance alone about "
        f"{_SURPRISING * count:.1f} would."
    ]
    if small:
        sentences.append(
            f"After Holm's adjustment for looking at {count} estimates "
            + (f"it remains so for {listed(sure)}." if sure else "none of them stands out.")
        )
    unsure = [str(name) for name in table.index[table["note"] == _UNSURE]]
    if unsure:
        sentences.append(f"Empty, because the draws say too little: {listed(unsure)}.")
    if likely:
        sentences.append(f"More probably an outlier than not: {listed(likely)}.")
    return tuple(sentences)
