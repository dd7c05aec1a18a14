"""How the answer grew as trials came in."""

from dataclasses import replace

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from consilience.design.columns import column_of, refuse_rows
from consilience.engines.exact.posterior import ExactPosterior
from consilience.engines.exact.rule import integrate
from consilience.fit import Fit
from consilience.questions.asking import answering, exact_of
from consilience.questions.refits import reason, remaining
from consilience.rows import typical

_HOUSE = ["mean", "sd", "median", "lower", "upper", "level", "interval", "p_gt_0"]


def cumulative(fit: Fit, by: str = "year", *, level: float = 0.95) -> pd.DataFrame:
    """Refit exactly with the first trial, the first two, and so on.

    The model stays that of all trials: the columns of its design, the meaning of μ, its priors.

    Parameters
    ----------
    fit : Fit
        By the exact engine.
    by : str
        The column that orders the trials; those with the same value follow each other as they
        stand in the table.
    level : float
        Mass of the intervals.

    Returns
    -------
    DataFrame
        By the estimate that was added: the column itself, ``k``, ``mean, sd, median, lower, upper,
        level, interval, p_gt_0`` of μ, ``tau`` (posterior median; nan where the model has none),
        and ``note``: why a row is empty, as with few trials under improper priors.

    Raises
    ------
    RefusalError
        If the fit is by another engine.
    ModelError, DataError
        If there is no such column, or a trial's value is missing.
    ConvergenceError
        If the integration of a step misses its accuracy.

    References
    ----------
    Lau et al. (1992), doi:10.1056/NEJM199207233270406.
    """
    answering(fit, "cumulative")
    remedy = (
        f"By sampling it would take {fit.effects.k} fits of some ten seconds each: fit a model "
        "with heterogeneity.Normal, or fit the steps that matter, fit(model, effects.keep(...))."
    )
    posterior = exact_of(fit, "cumulative", instead=remedy)
    order = _order(fit, by)
    rows = [_step(fit, posterior, order[: count + 1], level=level) for count in range(len(order))]
    labels = [fit.effects.labels[place] for place in order]
    table = pd.DataFrame(rows, index=pd.Index(labels, name="estimate"))
    table.insert(0, by, fit.effects.table[by].to_numpy()[order])
    table = fit.stamped(table)
    table.attrs["by"] = by
    return table


def _order(fit: Fit, by: str) -> list[int]:
    values = column_of(fit.effects.table, by)
    missing = np.array([pd.isna(value) or value == "" for value in values], dtype=bool)
    refuse_rows(fit.effects.table, missing, column=by, rule="The order of this trial is not known")
    keys = values.to_numpy() if is_numeric_dtype(values) else values.astype(str).to_numpy()
    return [int(place) for place in np.argsort(keys, kind="stable")]


def _step(
    fit: Fit, posterior: ExactPosterior, places: list[int], *, level: float
) -> dict[str, object]:
    """Give the exact answer from these estimates alone, or the note why so few give none."""
    others = tuple(sorted(set(range(fit.effects.k)) - set(places)))
    note = reason(posterior.form, others)
    empty = dict.fromkeys([*_HOUSE, "tau"], np.nan) | {"level": level, "interval": "credible"}
    if note:
        return {"k": len(places), **empty, "note": _for_few(note, len(places))}
    form = remaining(posterior.form, others)
    found = replace(posterior, form=form, integrated=integrate(form))
    row = found.combine((typical(fit, "mu"),), level=level).iloc[0]
    mu = {name: row[name] for name in _HOUSE}
    tau = found.scales(level)["median"].get("tau", np.nan)
    return {"k": len(places), **mu, "tau": tau, "note": ""}


def _for_few(note: str, count: int) -> str:
    return note if "posterior" in note else f"{count} estimates do not tell the flat priors apart."
