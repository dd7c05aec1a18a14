"""Leave-one-out: the pooled answer without each estimate in turn."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.classical.diagnostics.table import answer, labelled
from consilience.classical.pool import pool
from consilience.classical.pooled import Pooled
from consilience.classical.univariate import refuse_others
from consilience.design.columns import column_of
from consilience.errors import ModelError


def leave_one_out(pooled: Pooled, *, by: str = "") -> pd.DataFrame:
    """Repeat an analysis without each estimate, or each study, in turn.

    Parameters
    ----------
    pooled : Pooled
        Without moderators; its estimator, inference and level are used.
    by : str
        A column, such as ``"study"``, whose rows are left out together; empty for single rows.

    Returns
    -------
    DataFrame
        By what was left out: ``estimate, se, statistic, df, p_value, lower, upper, level,
        interval, tau2, I2, H2, Q, Q_df, Q_p, k``.

    Raises
    ------
    ModelError
        With moderators (see `influence`), an unknown column, or fewer than two groups.
    DataError
        For numbers that double precision cannot hold.

    References
    ----------
    Viechtbauer W, Cheung MWL (2010). Research Synthesis Methods 1:112–125. doi:10.1002/jrsm.11
    """
    refuse_others(pooled, "leave_one_out()")
    if pooled.design.names:
        message = "leave_one_out() is for analyses without moderators; influence() takes them."
        raise ModelError(message)
    groups, name = _groups(pooled, by)
    names = list(dict.fromkeys(groups))
    if len(names) < 2:
        raise ModelError("Nothing is left without the only one; give at least two.")
    rows = [answer(_like(pooled, groups != each)) for each in names]
    return labelled(pd.DataFrame(rows), pooled, pd.Index(names, name=name))


def _groups(pooled: Pooled, by: str) -> tuple[NDArray, str]:
    """Give what is left out together, and the name of its column."""
    if not by:
        return np.array(pooled.effects.labels, dtype=object), "left_out"
    return column_of(pooled.effects.table, by).to_numpy(), by


def _like(pooled: Pooled, kept: NDArray[np.bool_]) -> Pooled:
    part = pooled.effects.keep(kept)
    return pool(part, pooled.estimator, inference=pooled.inference, level=pooled.level)
