"""Many classical meta-analyses at once."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc, stdtr

from consilience.classical.base import Estimator
from consilience.classical.batch import Batch, batches
from consilience.classical.given import estimator_of, inference_of, refuse_level
from consilience.classical.inference import Inference
from consilience.classical.magnitude import refuse_unreachable_sets
from consilience.classical.wls import Floats
from consilience.errors import ConvergenceError

_DIRECTION = "Effects are taken as they stand; no direction was declared."


def pool_many(
    frame: pd.DataFrame,
    by: str,
    *,
    estimator: str | Estimator = "REML",
    inference: str | Inference = "z",
    level: float = 0.95,
) -> pd.DataFrame:
    """Pool every data set of a frame classically, all in one pass.

    The answers are those of ``pool(effects, estimator, inference=…)`` for each set by itself.

    Parameters
    ----------
    frame : DataFrame
        One row per estimate, with the columns `yi` and `vi` (estimates, turned the same way, and
        their sampling variances) and one that says to which data set the row belongs. The rows of
        a data set need not stand together.
    by : str
        That column.
    estimator : str or Estimator
        Of tau².
    inference : str or Inference
        ``"z"``, ``"t"``, ``"knha"`` or ``"adhoc"``.
    level : float
        Of every interval, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per data set, in the order in which they appear: ``estimate, se, statistic, df,
        p_value, lower, upper, level, interval, tau2, I2, Q, Q_df, Q_p, k``. A single estimate
        speaks for itself, with nan where it can tell nothing.

    Raises
    ------
    DataError
        With every problem of the frame: data set, row, column, value, remedy.
    ModelError
        For unknown names and a level outside (0, 1).
    ConvergenceError
        If some tau² is not found; the message names the data sets.
    """
    from consilience.engines.batched.frames import gather

    refuse_level(level)
    chosen = estimator_of(estimator)
    method = inference_of(inference)
    sets, names = gather(frame, by)
    refuse_unreachable_sets(sets.y, sets.v)
    found = np.empty((len(names), 6))
    for places, batch in batches(sets.y, sets.v, sets.starts):
        found[places] = _solved(batch, chosen)
    lost = names[np.isnan(found[:, 1])]
    if len(lost):
        listed = ", ".join(map(str, lost[:5]))
        raise ConvergenceError(
            f"tau² was not found for {len(lost)} data sets ({listed}). Look there for sampling "
            "variances that differ by many orders of magnitude."
        )
    # Batches are laid about their own means.
    found[:, 0] += np.add.reduceat(sets.y, sets.starts[:-1]) / sets.sizes
    table = _table(found, sets.sizes, estimator=chosen, inference=method, level=level)
    table.index = names
    table.attrs = {
        "direction": _DIRECTION,
        "estimator": chosen.label,
        "inference": method.label,
    }
    return table


def _solved(batch: Batch, estimator: Estimator) -> Floats:
    """Mean (about the plain one), tau², ``Σw`` and Q at it; Q and ``tr P`` at zero: (n, 6)."""
    zero = np.zeros(len(batch.y))
    tau2, several = zero.copy(), (batch.df > 0) | (not estimator.reads)
    if several.any():
        tau2[several] = estimator.tau2_many(batch.rows(several))
    fit, fixed = batch.at(tau2), batch.at(zero)
    return np.column_stack([fit.mean, tau2, fit.total, fit.Q, fixed.Q, fixed.trace])


def _table(
    found: Floats,
    sizes: NDArray[np.int64],
    *,
    estimator: Estimator,
    inference: Inference,
    level: float,
) -> pd.DataFrame:
    """Give one row a data set with inference and heterogeneity; what k = 1 cannot know is NaN."""
    mean, tau2, total, generalised, Q, trace = found.T
    residual = sizes - 1
    df, half = _by_size(residual, inference, level=level)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_square = np.where(residual > 0, generalised / residual, 1.0)
        se = np.sqrt(np.array([inference.factor(each) for each in mean_square]) / total)
        statistic = mean / se
        typical = residual / trace
        between = 100 * tau2 / (tau2 + typical)
        chance = 100 * np.maximum(0.0, 1 - residual / Q)
    share = between if estimator.scatters else chance
    p_value = 2 * stdtr(df, -np.abs(statistic))
    columns = {
        "estimate": mean, "se": se, "statistic": statistic, "df": df, "p_value": p_value,
        "lower": mean - half * se, "upper": mean + half * se, "level": level,
        "interval": "confidence", "tau2": tau2, "I2": np.where(residual > 0, share, np.nan),
        "Q": Q, "Q_df": residual, "Q_p": np.where(residual > 0, chdtrc(residual, Q), np.nan),
        "k": sizes,
    }  # fmt: skip
    return pd.DataFrame(columns)


def _by_size(
    residual: NDArray[np.int64], inference: Inference, *, level: float
) -> tuple[Floats, Floats]:
    """Degrees of freedom and critical value of each set."""
    unique, places = np.unique(residual, return_inverse=True)
    df = np.array([inference.df(int(each)) for each in unique])
    half = np.array([inference.critical(level, int(each)) for each in unique])
    return df[places], half[places]
