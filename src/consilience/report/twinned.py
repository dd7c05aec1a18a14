"""The classical twins of a joint model: the mean of each outcome, one column for each twin."""

import numpy as np
import pandas as pd

from consilience.classical.contrasts.means import marginal_means
from consilience.classical.robust.result import Robust
from consilience.errors import ConsilienceError
from consilience.fit import Fit
from consilience.twins import Twin, classical_twins

COLUMNS = ("outcome", "twin", "estimate", "se", "df", "lower", "upper", "level", "interval")
"""Of the table of twins, before ``doubtful``: an interval on too few degrees of freedom."""
FEW = 4.0
"""Degrees of freedom below which a cluster-robust interval cannot be relied on.

Tipton (2015), doi:10.1037/met0000011.
"""


def twins_of(fit: Fit) -> tuple[pd.DataFrame, str]:
    """Tabulate the mean of every outcome under the classical twins of a fit.

    Parameters
    ----------
    fit : Fit

    Returns
    -------
    tuple of DataFrame and str
        Rows of `COLUMNS`, other moderators averaged as the trials have them; and why there are
        none, where there are none.
    """
    try:
        twins = classical_twins(fit)
        return pd.concat(_tables(twins), ignore_index=True), ""
    except ConsilienceError as refusal:
        return pd.DataFrame(columns=list(COLUMNS)), str(refusal)


def _tables(twins: dict[str, Twin]) -> list[pd.DataFrame]:
    first = next(twin for twin in twins.values() if not isinstance(twin, Robust))
    means = marginal_means(first, "outcome", average="observed")
    found = []
    for name, twin in twins.items():
        table = twin.contrast(means.rows, labels=means.labels)
        own = table.reset_index(names="outcome").assign(twin=name)
        doubtful = isinstance(twin, Robust) & (own["df"] < FEW)
        found.append(own[list(COLUMNS)].assign(doubtful=np.asarray(doubtful, dtype=bool)))
    return found
