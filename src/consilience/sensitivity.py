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

    Returns
    -------
    DataFrame
        One row for each prior, in the columns of `compare` and ``p_gt_0``.

    Raises
    ------
    ModelError
        If the model's heterogeneity has no tau.
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

    Returns
    -------
    DataFrame
        One row for each set, in the columns of `compare` and ``p_gt_0``.
    """
    return _table({name: fit(model, effects) for name, effects in sets.items()}, level)


def leave_one_out(model: Model, effects: Effects, *, level: float = 0.95) -> pd.DataFrame:
    """Fit a model without each estimate in turn, exactly.

    Returns
    -------
    DataFrame
        One row for each estimate left out, in the columns of `compare` and ``p_gt_0``.
    """
    labels = np.array(effects.labels, dtype=object)  # without(name) would take a study of that name
    sets = {name: effects.keep(labels != name) for name in effects.labels}
    return over_trials(model, sets, level=level)


def _table(fits: Mapping[str, Fit], level: float) -> pd.DataFrame:
    table = compare(fits, level)
    table["p_gt_0"] = [
        each.combine((typical(each, "mu"),), level=level)["p_gt_0"].iloc[0]
        for each in fits.values()
    ]
    return table
