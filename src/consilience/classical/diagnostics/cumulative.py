"""Cumulative meta-analysis: the answer as the trials came in, or in any other order."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.classical.diagnostics.table import answer, labelled
from consilience.classical.inference.z import Normal
from consilience.classical.pool import pool
from consilience.classical.pooled import Pooled
from consilience.classical.univariate import refuse_others
from consilience.errors import ModelError


def cumulative(pooled: Pooled, by: str = "", *, descending: bool = False) -> pd.DataFrame:
    """Pool the first estimate, the first two, and so on.

    The first row is the first estimate by itself, by the normal whatever the inference, since one
    estimate has no degrees of freedom.

    Parameters
    ----------
    pooled : Pooled
        Without moderators; its estimator, inference and level are used.
    by : str
        A column to order by, such as ``"year"``, or ``"vi"`` for the most precise first; ties keep
        their order. Empty: the order of the estimates.
    descending : bool
        Largest value first.

    Returns
    -------
    DataFrame
        By the estimate that was added: as of `leave_one_out`.

    Raises
    ------
    ModelError
        With moderators, for an unknown column, and for missing values in it.
    DataError
        For numbers that double precision cannot hold.

    References
    ----------
    Lau J, Antman EM, Jimenez-Silva J, et al (1992). New England Journal of Medicine 327:248–254.
    doi:10.1056/NEJM199207233270406
    """
    refuse_others(pooled, "cumulative()")
    if pooled.design.names:
        raise ModelError("cumulative() is for analyses without moderators.")
    order = _order(pooled, by, descending=descending)
    rows = [answer(_first(pooled, order[: count + 1])) for count in range(len(order))]
    names = [pooled.effects.labels[place] for place in order]
    return labelled(pd.DataFrame(rows), pooled, pd.Index(names, name="added"))


def _order(pooled: Pooled, by: str, *, descending: bool) -> NDArray[np.int64]:
    """Give the places of the estimates in the order in which they come in; ties as they stand."""
    effects = pooled.effects
    if not by:
        return np.arange(effects.k)[:: -1 if descending else 1]
    if by not in effects.frame:
        known = ", ".join(map(str, effects.frame.columns))
        raise ModelError(f"There is no column {by!r} to order by. Columns: {known}.")
    column = effects.frame[by].reset_index(drop=True)
    if column.isna().any():
        missing = ", ".join(np.array(effects.labels)[column.isna()][:5])
        raise ModelError(f"{by!r} is missing for {missing}; these cannot be put in order.")
    ordered = column.sort_values(ascending=not descending, kind="stable")
    return ordered.index.to_numpy()


def _first(pooled: Pooled, places: NDArray[np.int64]) -> Pooled:
    kept = np.isin(np.arange(pooled.effects.k), places)
    inference = pooled.inference if len(places) > 1 else Normal()
    part = pooled.effects.keep(kept)
    return pool(part, pooled.estimator, inference=inference, level=pooled.level)
