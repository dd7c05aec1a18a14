"""Estimates of which only the size of the arms is known: ready-made effects, hazard ratios."""

import numpy as np
import pandas as pd

from consilience.dependence.loads.base import Floats, Loads, loads
from consilience.errors import DataError, Problem
from consilience.trials.conversions.sheet import Sheet
from consilience.trials.rows import row_names

_REMEDY = (
    "Fill them from the source, or give the correlation itself (dependence.Clusters or "
    "dependence.Given)."
)


def by_size(table: pd.DataFrame, v: Floats, *, events: bool) -> Loads:
    r"""Divide each variance between the arms as :math:`1/n_1` to :math:`1/n_2`.

    Parameters
    ----------
    table : DataFrame, k rows
    v : ndarray (k,)
        Variances of the estimates.
    events : bool
        Whether events, where both arms print them, count instead of participants: of a hazard or
        rate ratio.

    Raises
    ------
    DataError
        Naming the rows whose arms' sizes are not known.
    """
    sheet = Sheet(table)
    n1, n2 = sheet.columns("n1", "n2")
    if events:
        x1, x2 = sheet.columns("events1", "events2")
        known = (x1 > 0) & (x2 > 0)
        n1, n2 = np.where(known, x1, n1), np.where(known, x2, n2)
    lacking = ~((n1 > 0) & (n2 > 0))
    if lacking.any():
        _refuse(table, lacking)
    return loads((np.sqrt(v * n2 / (n1 + n2)),), (-np.sqrt(v * n1 / (n1 + n2)),))


def _refuse(table: pd.DataFrame, lacking: np.ndarray) -> None:
    what = "It shares an arm, but how much of its variance that arm brings is not known"
    names = row_names(table["study"]).to_numpy()[lacking]
    raise DataError([Problem(what, _REMEDY, str(name), "n1, n2") for name in names])
