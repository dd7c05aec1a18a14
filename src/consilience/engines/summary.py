"""The one shape in which every engine summarises its parameters."""

from numbers import Real

import numpy as np
import pandas as pd

from consilience.errors import ModelError

COLUMNS = (
    "mean",
    "sd",
    "median",
    "lower",
    "upper",
    "level",
    "interval",
    "p_gt_0",
    "ess_bulk",
    "ess_tail",
    "r_hat",
    "mcse",
    "accuracy",
)
"""Columns of a summary; the Monte Carlo columns are empty for exact answers, and the reverse."""


def table(rows: pd.DataFrame, *, level: float, accuracy: float) -> pd.DataFrame:
    """Complete rows that hold moments and quantiles to the shape of a summary.

    Parameters
    ----------
    rows : DataFrame
        By parameter: ``mean, sd, median, lower, upper, p_gt_0`` and perhaps the Monte Carlo
        columns.
    level : float
        Mass of the equal-tailed intervals.
    accuracy : float
        Relative error bound; nan for draws.
    """
    whole = rows.assign(level=level, interval="credible", accuracy=accuracy)
    whole = whole.reindex(columns=list(COLUMNS))
    whole.index.name = "parameter"
    return whole


def ordered(rows: pd.DataFrame, first: tuple[str, ...]) -> pd.DataFrame:
    """Put what the scatter says of itself right behind the overall mean."""
    names = list(rows.index)
    ahead = ["mu", *first]
    return rows.loc[[*ahead, *(name for name in names if name not in ahead)]]


def tails(level: float) -> tuple[float, float]:
    """Give the probabilities at the ends of an equal-tailed interval.

    Raises
    ------
    ModelError
        If the level is no share between 0 and 1.
    """
    if not isinstance(level, Real) or not 0.0 < level < 1.0:
        raise ModelError(f"An interval's level lies between 0 and 1; {level!r} does not. Try 0.95.")
    return (1.0 - level) / 2.0, (1.0 + level) / 2.0


def from_draws(draws: np.ndarray, names: tuple[str, ...], level: float) -> pd.DataFrame:
    """Summarise draws (chain, draw, q) with their Monte Carlo diagnostics."""
    from arviz_stats.base import array_stats

    if not names:  # a model without standard deviations; ArviZ takes no empty arrays
        return pd.DataFrame()
    flat = draws.reshape(-1, draws.shape[2])
    ends = np.quantile(flat, [0.5, *tails(level)], axis=0)
    axes = {"chain_axis": 0, "draw_axis": 1}
    with np.errstate(invalid="ignore"):  # what is the same in every draw has no R-hat
        r_hat = array_stats.rhat(draws, method="rank", **axes)
    return pd.DataFrame(
        {
            "mean": flat.mean(axis=0),
            "sd": flat.std(axis=0, ddof=1),
            "median": ends[0],
            "lower": ends[1],
            "upper": ends[2],
            "p_gt_0": (flat > 0).mean(axis=0),
            "ess_bulk": array_stats.ess(draws, method="bulk", **axes),
            "ess_tail": array_stats.ess(draws, method="tail", prob=(0.05, 0.95), **axes),
            "r_hat": r_hat,
            "mcse": array_stats.mcse(draws, method="mean", **axes),
        },
        index=list(names),
    )
