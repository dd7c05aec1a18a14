"""Exact refits without sets of estimates.

The refits keep the model as it stands on all estimates: the columns of its design, the meaning of
μ and the priors, also those that were stated relative to the trials.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from consilience.engines.exact.form import Form, identified
from consilience.engines.exact.posterior import ExactPosterior
from consilience.engines.exact.proof import prove
from consilience.engines.exact.rule import integrate
from consilience.engines.summary import tails
from consilience.errors import ModelError
from consilience.questions.shared import Places, Refits, Shared
from consilience.questions.sweep import Swept

_CELLS = 4_000_000
_NODES = {0: 1, 1: 72, 2: 2304, 3: 110_592}


def refits(posterior: ExactPosterior, sets: Sequence[Places]) -> Iterator[Refits]:
    """Refit without each set; sets of one size and of what fits into memory come together.

    A set without which nothing is known (`reason` says why) is passed over. Where the pass over
    shared nodes misses the accuracy that is owed, the refit is done from the start.

    Parameters
    ----------
    posterior : ExactPosterior
        The posterior of all estimates.
    sets : sequence of tuple of int
        Places of the estimates that are left out together.
    """
    form = posterior.form
    known = [place for place, each in enumerate(sets) if not reason(form, each)]
    most = max(1, _CELLS // _NODES[len(form.hypers)])
    for size in sorted({len(sets[place]) for place in known}):
        alike = [place for place in known if len(sets[place]) == size]
        for start in range(0, len(alike), most):
            yield from _together(posterior, sets, alike[start : start + most])


def moved(
    posterior: ExactPosterior, sets: Sequence[Places], *, threshold: float, level: float
) -> pd.DataFrame:
    """Summarise μ without each set.

    Returns
    -------
    DataFrame
        By place in `sets`: ``mean, sd, median, lower, upper, p_gt_0, p_gt, tau, accuracy``, with
        the posterior median of tau (nan where the model has none) and ``note``, the reason why a
        row is empty.
    """
    tau = [place for place, hyper in enumerate(posterior.form.hypers) if hyper.name == "tau"]
    rows = [_row(each, tau, threshold=threshold, level=level) for each in refits(posterior, sets)]
    columns = ["mean", "sd", "median", "lower", "upper", "p_gt_0", "p_gt", "tau", "accuracy"]
    table = pd.concat(rows) if rows else pd.DataFrame(columns=columns, dtype=float)
    table = table.reindex(index=range(len(sets)), columns=columns)
    return table.assign(note=[reason(posterior.form, each) for each in sets])


def reason(form: Form, places: Places) -> str:
    """Say why nothing can be known without these estimates; empty where something can."""
    if not form.flat.any() and all(hyper.prior.proper for hyper in form.hypers):
        return ""
    others = remaining(form, places)
    if not identified(others):
        return "Without it the coefficients with flat priors cannot be told apart."
    try:
        prove(others)
    except ModelError as error:
        return str(error)
    return ""


def remaining(form: Form, places: Places) -> Form:
    """Leave several estimates out of a form; its columns stay."""
    return form.without(*places)


def _row(found: Refits, tau: list[int], *, threshold: float, level: float) -> pd.DataFrame:
    """Put the refits without each set beside each other, one row a set."""
    mu, (lower, upper) = found.mu, tails(level)
    count = len(found.places)
    return pd.DataFrame(
        {
            "mean": mu.mean(),
            "sd": mu.sd(),
            "median": mu.quantile(0.5),
            "lower": mu.quantile(lower),
            "upper": mu.quantile(upper),
            "p_gt_0": mu.survival(np.zeros(count)),
            "p_gt": mu.survival(np.full(count, threshold)),
            "tau": found.median(tau[0]) if tau else np.nan,
            "accuracy": found.accuracy,
        },
        index=list(found.places),
    )


def _together(
    posterior: ExactPosterior, sets: Sequence[Places], places: list[int]
) -> Iterator[Refits]:
    """Refit all sets over shared nodes; those that need nodes of their own are refitted alone."""
    shared = Shared(posterior, np.array([sets[place] for place in places], dtype=np.intp))
    found, good = shared.refits(tuple(places))
    if good.any():
        yield found.only(good)
    for column in np.flatnonzero(~good):
        yield _afresh(posterior, sets[places[column]], places[column])


def _afresh(posterior: ExactPosterior, left: Places, place: int) -> Refits:
    """Refit without one set from the start, on nodes of its own."""
    form, first = posterior.form, left[0]
    others = remaining(form, left)
    integrated = integrate(others)
    rule, given = integrated.rule, integrated.rule.conditional
    reported = float(posterior.effects.v[first])
    row, y, error = form.observation(rule.phi, first, left=left, own=reported)
    swept = Swept(
        others=np.full((len(rule.phi), 1), np.nan),
        mean=given.mean[:, :1],
        variance=np.sum(given.root[:, :1] ** 2, axis=2),
        residual=(y - np.sum(given.mean * row, axis=1))[:, None],
        predicted=given.variance_of(row[:, None]) + error[:, None],
        pivot=np.ones((len(rule.phi), 1)),
    )
    return Refits(
        (place,),
        rule,
        rule.log_density[:, None],
        swept,
        np.array([rule.log_evidence]),
        np.array([integrated.accuracy]),
    )
