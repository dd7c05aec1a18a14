"""The primary model again: other trials, other priors. A refit that fails says so in its row."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from consilience import sensitivity
from consilience.compare import COLUMNS
from consilience.effects import Effects
from consilience.errors import ConsilienceError, ModelError
from consilience.model import Model, resolve
from consilience.priors import Prior
from consilience.report.results import Robustness
from consilience.review import Review

_EMPTY = pd.DataFrame(columns=[*COLUMNS, "p_gt_0", "note"])


def robustness(model: Model, review: Review) -> Robustness:
    """Fit the primary model to every set of trials and under every prior of tau.

    Parameters
    ----------
    model : Model
        The primary model.
    review : Review
        Its effects, its declared sensitivity analyses, its level.
    """
    effects, level = review.effects, review.plan.level
    sets = {one.name: one.effects for one in review.sensitivity}
    declared = _refits(sets, lambda one: _over_trials(model, one, level))
    declared["reason"] = [one.reason for one in review.sensitivity]
    left = _refits(_without_each(effects), lambda one: _over_trials(model, one, level))
    return Robustness(declared, left, _tau(model, effects, level))


def _over_trials(model: Model, sets: Mapping[str, Effects], level: float) -> pd.DataFrame:
    """Refit to one set of trials, without terms that these trials can no longer tell."""
    try:
        return sensitivity.over_trials(model, sets, level=level)
    except ModelError:
        smaller, gone = sensitivity.without_idle_terms(model, next(iter(sets.values())))
        if not gone:
            raise
        table = sensitivity.over_trials(smaller, sets, level=level)
        names = " and ".join(name.replace("_", " ") for name in gone)
        return table.assign(remark=f"without the term for {names}, the same in all these trials")


def _without_each(effects: Effects) -> dict[str, Effects]:
    if effects.k == 1:
        return {}
    places = np.arange(effects.k)
    return {name: effects.keep(places != place) for place, name in enumerate(effects.labels)}


def _tau(model: Model, effects: Effects, level: float) -> pd.DataFrame:
    """Refit under every default prior of tau, the model's own among them and marked."""
    own = getattr(resolve(model, effects).heterogeneity, "tau", None)
    if own is None:
        return _EMPTY.copy()
    try:
        choices = sensitivity.tau_priors(effects)
    except ModelError:
        choices = {}
    if choices and own not in choices.values():
        choices = {own.label: own} | choices
    table = _refits(choices, lambda one: sensitivity.over_tau(model, effects, one, level=level))
    table["own"] = [prior == own for prior in choices.values()]
    return table


def _refits[T: (Effects, Prior)](
    cases: Mapping[str, T], refit: Callable[[dict[str, T]], pd.DataFrame]
) -> pd.DataFrame:
    """Refit one by one, so that a case that cannot be fitted does not take the others with it."""
    rows = [_refit(name, case, refit) for name, case in cases.items()]
    table = pd.concat(rows) if rows else _EMPTY.copy()
    table.index.name = "analysis"
    return table


def _refit[T: (Effects, Prior)](
    name: str, case: T, refit: Callable[[dict[str, T]], pd.DataFrame]
) -> pd.DataFrame:
    try:
        return refit({name: case}).assign(note="")
    except ConsilienceError as error:
        empty = dict.fromkeys([*COLUMNS, "p_gt_0"], np.nan)
        return pd.DataFrame([empty | {"note": str(error)}], index=[name])
