"""Many meta-analyses at once."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtr

from consilience.engines.batched.frames import gather
from consilience.engines.batched.reading import Plan, read
from consilience.engines.batched.sets import DataSets
from consilience.errors import ModelError
from consilience.gaussian import Array
from consilience.model import Model

_NODES, _ALARM = 24, 0.01
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

    The rows of a set are taken as independent: a frame has no place for the covariance of estimates
    that share participants. Effects that do are fitted one set at a time, by `fit`.

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
        prior of mu); ``conflict_p``, the two-sided prior predictive probability of a
        precision-weighted mean as far out (nan for a flat prior of mu); ``level``; ``accuracy``,
        the relative error bound achieved; ``note``. Where heavy tails leave no moment, it is
        infinite, or nan for the mean of `mu_` or `prediction_`. Where the bound is above 1e-6 all
        numbers are nan and `note` says why. `attrs` holds ``cautions``: in how many data sets
        `conflict_p` is below 0.01, so that prior and data disagree.

    Raises
    ------
    DataError
        With every problem of the frame: data set, row, column, value, remedy.
    RefusalError
        If the model is none of these.
    ModelError
        For a level that is no share between 0 and 1, and for what is no model.

    References
    ----------
    Box (1980), doi:10.2307/2982063, for the conflict of prior and data.
    """
    from consilience.engines.batched.answers import table
    from consilience.engines.batched.engine import ask

    if not 0.0 < level < 1.0:
        raise ModelError(f"An interval's level lies between 0 and 1; {level!r} does not. Try 0.95.")
    plan, (sets, names) = read(model), gather(frame, by)
    answers = table(plan, sets, ask(level, _finite(thresholds)))
    place = list(answers.columns).index("accuracy")
    answers.insert(place, "level", level)
    answers.insert(place, "conflict_p", _conflicts(plan, sets))
    answers.attrs["cautions"] = _cautions(answers["conflict_p"].to_numpy())
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
    ModelError
        For what is no model.
    """
    from consilience.engines.batched.answers import table
    from consilience.engines.batched.engine import ask_nothing

    plan, (sets, names) = read(model), gather(frame, by)
    return _labelled(table(plan, sets, ask_nothing()), names)


def _conflicts(plan: Plan, sets: DataSets) -> Array:
    """Give each set's two-sided prior predictive tail probability of its mean ȳ = Σwy/Σw, w = 1/v.

    ȳ | τ ~ N(m, s² + 1/Σw + τ²Σw²/(Σw)²), averaged over τ by Gauss–Legendre nodes in its prior's
    probability.
    """
    first, (centre, scale) = sets.starts[:-1], plan.mu
    if not np.isfinite(scale):
        return np.full(len(first), np.nan)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    points = [tau.ppf((nodes + 1.0) / 2.0) for tau in plan.tau] or [np.zeros(_NODES)]
    smallest = np.minimum.reduceat(sets.v, first)  # weights are relative to it: none overflows
    w = np.repeat(smallest, sets.sizes) / sets.v
    total = np.add.reduceat(w, first)
    gap = np.abs(np.add.reduceat(w * sets.y, first) / total - centre)
    known, spread = scale**2 + smallest / total, np.add.reduceat(w**2, first) / total**2
    found = np.zeros(len(total))
    for tau, weight in zip(points[0], weights, strict=True):
        found += weight * ndtr(-gap / np.sqrt(known + tau**2 * spread))
    return found


def _cautions(p: Array) -> list[str]:
    """Say in how many data sets the prior of mu did not expect the estimates."""
    disagreeing = int(np.sum(p < _ALARM))
    if not disagreeing:
        return []
    return [
        f"Prior–data conflict in {disagreeing} of {len(p)} data sets: before seeing the data the "
        f"model gave the precision-weighted mean, or one further out, a probability below "
        f"{_ALARM:g} (column conflict_p). Check the unit of the effects and the prior of mu."
    ]


def _labelled(answers: pd.DataFrame, names: pd.Index) -> pd.DataFrame:
    answers.attrs["direction"] = _DIRECTION
    return answers.set_axis(names, axis="index")


def _finite(thresholds: Sequence[float]) -> tuple[float, ...]:
    """Read thresholds: a sequence of finite numbers."""
    try:
        values = np.asarray(thresholds, dtype=float)
    except (TypeError, ValueError):
        values = np.array(np.nan)
    if values.ndim != 1 or not np.all(np.isfinite(values)):
        raise ModelError(
            f"Thresholds are finite numbers in a sequence, not {thresholds!r}. Try (0.0,)."
        )
    return tuple(values.tolist())
