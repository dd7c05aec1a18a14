"""Many meta-analyses at once."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from consilience.engines.batched.frames import gather
from consilience.engines.batched.reading import read
from consilience.errors import ModelError
from consilience.model import Model

_DIRECTION = "Effects are taken as they stand; no direction was declared."


def fit_many(
    frame: pd.DataFrame,
    by: str,
    *,
    model: Model,
    level: float = 0.95,
    thresholds: Sequence[float] = (0.0,),
) -> pd.DataFrame:
    """Fit one model to every data set of a frame, exactly.

    yᵢⱼ | θᵢⱼ ~ N(θᵢⱼ, vᵢⱼ), θᵢⱼ ~ N(μⱼ, τⱼ²) for each data set j by itself: the answers of
    ``fit(model, effects).summary()``, far faster than one by one; the first call of an installation
    compiles for half a minute. The sets are shared out among as
    many threads as numba is allowed (the environment variable ``NUMBA_NUM_THREADS``), which does
    not change a digit of the answers.

    Parameters
    ----------
    frame : DataFrame
        One row per estimate, with the columns `yi` and `vi` (estimates, turned the same way, and
        their sampling variances) and one that says to which data set the row belongs. The rows of a
        data set need not stand together.
    by : str
        That column.
    model : Model
        Normal heterogeneity with a proper smooth prior of tau, or Nothing; a Normal or Flat prior
        of mu; nothing else.
    level : float
        Mass of the equal-tailed intervals.
    thresholds : sequence of float
        For each of them, the probability that mu, and a new true effect, is greater.

    Returns
    -------
    DataFrame
        One row per data set, in the order in which they appear: ``k``; ``mean, sd, median, lower,
        upper`` and ``p_gt_…`` of ``mu_…`` and of ``prediction_…`` (the true effect of a new trial),
        and without ``p_gt_…`` of ``tau_…`` (if the model has one); ``log_evidence`` (nan for a flat
        prior of mu); ``level``; ``accuracy``, the relative error bound achieved; ``note``. Where
        heavy tails leave no moment, it is infinite, or nan for the mean of `mu_` or `prediction_`.
        Where the bound is above 1e-6 all numbers are nan and `note` says why.

    Raises
    ------
    DataError
        With every problem of the frame: data set, row, column, value, remedy.
    RefusalError
        If the model is none of these.
    """
    from consilience.engines.batched.answers import table
    from consilience.engines.batched.engine import ask

    if not 0.0 < level < 1.0:
        raise ModelError(f"An interval's level lies between 0 and 1; {level!r} does not. Try 0.95.")
    plan, (sets, names) = read(model), gather(frame, by)
    answers = table(plan, sets, ask(level, _finite(thresholds)))
    answers.insert(list(answers.columns).index("accuracy"), "level", level)
    return _labelled(answers, names)


def moments_many(frame: pd.DataFrame, by: str, *, model: Model) -> pd.DataFrame:
    """Compute means, standard deviations and evidence only: several times as fast as `fit_many`.

    Parameters
    ----------
    frame, by, model
        As in `fit_many`.

    Returns
    -------
    DataFrame
        One row per data set: ``k``; ``mean`` and ``sd`` of ``mu_…``, ``tau_…`` and
        ``prediction_…``; ``log_evidence``, ``accuracy``, ``note`` as in `fit_many`.

    Raises
    ------
    DataError
        With every problem of the frame: data set, row, column, value, remedy.
    RefusalError
        If the model is none that `fit_many` does.
    """
    from consilience.engines.batched.answers import table
    from consilience.engines.batched.engine import ask_nothing

    plan, (sets, names) = read(model), gather(frame, by)
    return _labelled(table(plan, sets, ask_nothing()), names)


def _labelled(answers: pd.DataFrame, names: pd.Index) -> pd.DataFrame:
    answers.attrs["direction"] = _DIRECTION
    return answers.set_axis(names, axis="index")


def _finite(thresholds: Sequence[float]) -> tuple[float, ...]:
    try:
        values = np.asarray(thresholds, dtype=float)
    except (TypeError, ValueError):
        values = np.array(np.nan)
    if values.ndim != 1 or not np.all(np.isfinite(values)):
        raise ModelError(
            f"Thresholds are finite numbers in a sequence, not {thresholds!r}. Try (0.0,)."
        )
    return tuple(values.tolist())
