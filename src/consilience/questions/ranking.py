"""Which level, or which trial, has the largest effect, and how sure that is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from consilience.design.columns import as_labels, column_of, factor
from consilience.engines.exact.posterior import ExactPosterior
from consilience.engines.summary import tails
from consilience.errors import ModelError
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.questions.asking import answering, listed
from consilience.rows import of_level, readers


@dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """The order of levels or trials; rank 1 is the largest effect.

    Parameters
    ----------
    table : DataFrame
        Best first: ``mean, sd, median, lower, upper, level, interval, p_gt_0`` of the effect,
        ``p_best``, ``mean_rank``, ``rank_lower, rank_upper``, ``sucra`` = (n − mean rank)/(n − 1),
        Monte Carlo errors ``mcse_p_best``, ``mcse_rank``, and ``k``, the number of trials.
    matrix : DataFrame
        P(level has rank r): rows as in the table, columns 1 … n.
    words : str
        What it means.
    """

    table: pd.DataFrame
    matrix: pd.DataFrame
    words: str

    def __repr__(self) -> str:
        """Say in one line what is first of how many, and how probably."""
        first, p = self.table.index[0], self.table["p_best"].iloc[0]
        return f"<Ranks of {len(self.table)}: {first} first, best with probability {p:.2f}>"


def ranks(fit: Fit, by: str = "", *, level: float = 0.95, largest_is_best: bool = True) -> Ranks:
    """Rank the levels of a factor, or without one the trials, by their effects.

    Ranks are taken in every joint draw, so that what the levels share cancels.

    Parameters
    ----------
    fit : Fit
        By any engine.
    by : str
        A column that an exchangeable or linear term of the model reads; empty for the trials' own
        true effects.
    level : float
        Mass of the intervals.
    largest_is_best : bool
        Whether rank 1 is the largest effect, or the smallest.

    Raises
    ------
    ModelError
        If no term reads the column, or there is but one to rank.
    DataError
        For an empty cell in the column.

    References
    ----------
    Salanti, Ades & Ioannidis (2011), doi:10.1016/j.jclinepi.2010.03.016.
    """
    answering(fit, "ranks")
    names, draws, counts = _levels(fit, by) if by else _trials(fit)
    if len(names) < 2:
        raise ModelError("One effect has no rank; at least two are needed.")
    order = np.argsort(-draws if largest_is_best else draws, axis=-1)
    rank = np.argsort(order, axis=-1).astype(np.float64) + 1.0
    flat, places = rank.reshape(-1, len(names)), np.arange(1, len(names) + 1)
    matrix = pd.DataFrame(
        {place: (flat == place).mean(axis=0) for place in places.tolist()}, index=list(names)
    )
    table = _effects(draws, names, level).assign(
        p_best=matrix[1],
        mean_rank=flat.mean(axis=0),
        rank_lower=np.quantile(flat, tails(level)[0], axis=0, method="inverted_cdf"),
        rank_upper=np.quantile(flat, tails(level)[1], axis=0, method="inverted_cdf"),
        sucra=(len(names) - flat.mean(axis=0)) / (len(names) - 1),
        mcse_p_best=_error(fit, (rank == 1).astype(np.float64)),
        mcse_rank=_error(fit, rank),
        k=counts,
    )
    table = table.sort_values("mean_rank", kind="stable")
    table.index.name = by or "estimate"
    return Ranks(fit.stamped(table), matrix.loc[table.index], _words(table))


def _levels(fit: Fit, by: str) -> tuple[tuple[str, ...], Array, list[int]]:
    """Draw the effect at each level, averaged over the trials' other moderators."""
    column_of(fit.effects.table, by)
    readers(fit, by)
    names = factor(fit.effects.table, by).levels
    weights = np.stack([of_level(fit, by, name) for name in names])
    beta, _ = fit.posterior.layout.read(fit.draws["posterior"].to_dataset())
    labels = as_labels(fit.effects.table, by)
    return names, beta @ weights.T, [labels.count(name) for name in names]


def _trials(fit: Fit) -> tuple[tuple[str, ...], Array, list[int]]:
    theta = fit.draws["posterior"]["theta"].transpose("chain", "draw", "estimate").to_numpy()
    return fit.effects.labels, theta, [1] * fit.effects.k


def _effects(draws: Array, names: tuple[str, ...], level: float) -> pd.DataFrame:
    """Summarise the same draws that were ranked, so that effects and ranks agree."""
    flat = draws.reshape(-1, len(names))
    ends = np.quantile(flat, [0.5, *tails(level)], axis=0)
    return pd.DataFrame(
        {
            "mean": flat.mean(axis=0),
            "sd": flat.std(axis=0, ddof=1),
            "median": ends[0],
            "lower": ends[1],
            "upper": ends[2],
            "level": level,
            "interval": "credible",
            "p_gt_0": (flat > 0.0).mean(axis=0),
        },
        index=list(names),
    )


def _error(fit: Fit, values: Array) -> Array:
    """Monte Carlo error of means: draws of an exact fit are independent."""
    flat = values.reshape(-1, values.shape[-1])
    spread = flat.std(axis=0)
    if isinstance(fit.posterior, ExactPosterior):
        return np.asarray(spread / np.sqrt(len(flat)))
    from arviz_stats.base import array_stats

    found = np.zeros(values.shape[-1])
    varies = spread > 0.0  # a level that is never first has no effective sample size
    if varies.any():
        found[varies] = array_stats.mcse(
            values[..., varies], method="mean", chain_axis=0, draw_axis=1
        )
    return found


def _words(table: pd.DataFrame) -> str:
    """Name the best level with its probability, and warn of levels seen in one trial."""
    first = str(table.index[0])
    p, error = float(table["p_best"].iloc[0]), float(table["mcse_p_best"].max())
    single = [str(name) for name, k in table["k"].items() if k == 1]
    seen = (
        f" Seen in one trial only: {listed(single)}." if single and len(single) < len(table) else ""
    )
    sure = (
        "This order is well supported."
        if p >= 0.95
        else "Ranks are uncertain: the effects overlap."
    )
    return (
        f"{first} has the best mean rank and is the best of {len(table)} with a probability of "
        f"{p:.2f} (Monte Carlo error {error:.3f}). {sure}{seen}"
    )
