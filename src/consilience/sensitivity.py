"""How much the answer depends on what was chosen: priors and exclusions."""

from collections.abc import Mapping
from dataclasses import fields, replace

import numpy as np
import pandas as pd

from consilience import priors
from consilience.compare import compare
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.fit import Fit, fit
from consilience.model import Model
from consilience.priors import Prior
from consilience.rows import typical


def tau_priors(effects: Effects) -> dict[str, Prior]:
    """Give seven priors on tau that reasonable people use, in the unit of the effects.

    With u the unit-information SD (2 for standardised mean differences): half-normal of u/8, u/4
    and u/2, half-Cauchy of u/4, exponential of mean u/4, uniform up to u, and a log-normal with
    median u/8, which gives no mass to homogeneity.

    Raises
    ------
    ModelError
        If the effects have no unit-information SD.

    References
    ----------
    Röver et al. (2021), doi:10.1002/jrsm.1475; Gelman (2006), doi:10.1214/06-BA117A.
    """
    unit = effects.unit_sd()
    if not np.isfinite(unit):
        raise ModelError(
            "These effects have no unit-information SD (numbers of participants are unknown), so "
            "there is no standard set of priors for tau. Give your own to over_tau()."
        )
    found = (
        priors.HalfNormal(unit / 8),
        priors.HalfNormal(unit / 4),
        priors.HalfNormal(unit / 2),
        priors.HalfCauchy(unit / 4),
        priors.Exponential(4 / unit),
        priors.Uniform(0.0, unit),
        priors.LogNormal(float(np.log(unit / 8)), 1.0),
    )
    return {prior.label: prior for prior in found}


def over_tau(
    model: Model, effects: Effects, choices: Mapping[str, Prior], *, level: float = 0.95
) -> pd.DataFrame:
    """Fit a model again under other priors on tau.

    Parameters
    ----------
    model : Model
        With a heterogeneity that has a tau.
    effects : Effects
        The trials.
    choices : mapping of str to Prior
        The other priors by the names of their rows; `tau_priors` gives the usual ones.
    level : float
        Mass of the intervals.

    Returns
    -------
    DataFrame
        One row for each prior, in the columns of `compare` and ``p_gt_0``.

    Raises
    ------
    ModelError
        If the model's heterogeneity has no tau, or there is no other prior.
    DataError
        For what is no set of effects.
    """
    if "tau" not in {slot.name for slot in fields(model.heterogeneity)}:  # type: ignore[arg-type]
        raise ModelError(
            f"{type(model.heterogeneity).__name__} heterogeneity has no tau whose prior could be "
            "changed."
        )
    changed = {
        name: replace(model, heterogeneity=replace(model.heterogeneity, tau=prior))  # type: ignore[type-var]
        for name, prior in choices.items()
    }
    return _table({name: fit(each, effects) for name, each in changed.items()}, level)


def over_trials(model: Model, sets: Mapping[str, Effects], *, level: float = 0.95) -> pd.DataFrame:
    """Fit a model to other sets of trials.

    Parameters
    ----------
    model : Model
        The same for all sets.
    sets : mapping of str to Effects
        The trials by the name of the row.
    level : float
        Mass of the intervals.

    Returns
    -------
    DataFrame
        One row for each set, in the columns of `compare` and ``p_gt_0``.

    Raises
    ------
    ModelError
        As `fit`.
    DataError
        For what is no set of effects.
    """
    return _table({name: fit(model, effects) for name, effects in sets.items()}, level)


def without_idle_terms(model: Model, effects: Effects) -> tuple[Model, tuple[str, ...]]:
    """Leave out the terms whose moderators are the same in all these trials.

    Such a term shifts every trial alike and cannot be told from the mean: a model that has it
    cannot be fitted to a part of the trials in which the moderator does not vary.

    Parameters
    ----------
    model : Model
    effects : Effects

    Returns
    -------
    Model
    tuple of str
        The moderators that went with the terms; none where the model stays as it is.
    """
    read = [[str(name) for name in effects.table if each.reads(str(name))] for each in model.terms]
    idle = [bool(names) and _constant(effects.table[names]) for names in read]
    kept = tuple(each for each, out in zip(model.terms, idle, strict=True) if not out)
    gone = [name for names, out in zip(read, idle, strict=True) for name in names if out]
    return replace(model, terms=kept), tuple(dict.fromkeys(gone))


def _constant(columns: pd.DataFrame) -> bool:
    return len(columns.drop_duplicates()) == 1


def leave_one_out(model: Model, effects: Effects, *, level: float = 0.95) -> pd.DataFrame:
    """Fit a model without each estimate in turn, by refits.

    Parameters
    ----------
    model : Model
        Fitted anew each time, its priors included where they are relative to the trials.
    effects : Effects
        All trials.
    level : float
        Mass of the intervals.

    Returns
    -------
    DataFrame
        One row for each estimate left out, in the columns of `compare` and ``p_gt_0``.

    Raises
    ------
    ModelError
        As `fit`.
    DataError
        For what is no set of effects, or if no trial is left.
    """
    labels = np.array(effects.labels, dtype=object)  # without(name) would take a study of that name
    sets = {name: effects.keep(labels != name) for name in effects.labels}
    return over_trials(model, sets, level=level)


def _table(fits: Mapping[str, Fit], level: float) -> pd.DataFrame:
    """Give `compare`'s columns and P(mu > 0) of each fit."""
    table = compare(fits, level)
    table["p_gt_0"] = [
        each.combine((typical(each, "mu"),), level=level)["p_gt_0"].iloc[0]
        for each in fits.values()
    ]
    return table
