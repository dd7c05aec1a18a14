"""The new trials that the plan asks about."""

import numpy as np
import pandas as pd
import xarray as xr

from consilience.fit import Fit
from consilience.predict import predict, summarise
from consilience.report.results import Forecast
from consilience.review import Plan
from consilience.review.foreseen import new_trial


def forecast(found: Fit, plan: Plan, *, seed: int) -> Forecast:
    """Foresee the trials of the plan, and how likely each exceeds each threshold.

    Parameters
    ----------
    found : Fit
        The primary fit.
    plan : Plan
        Its new trials and thresholds.
    seed : int
        Seed of the draws.

    Raises
    ------
    ModelError
        If a linear term of the model does not know a level of a new trial.
    """
    trials = tuple(map(new_trial, plan.new_trials))
    if not trials:
        return Forecast(pd.DataFrame(), pd.DataFrame(), xr.DataTree())
    tree = predict(found, trials, seed=seed)
    theta = tree["predictions"]["theta"]
    names = [str(name) for name in theta["trial"].to_numpy()]
    chances = {
        f"p_gt_{one.value:g}": np.mean(theta.to_numpy() > one.value, axis=(0, 1))
        for one in plan.thresholds
    }
    table = pd.DataFrame(chances, index=pd.Index(names, name="trial"))
    return Forecast(summarise(tree, plan.level), table, tree)
