"""The classical twins of a joint model: the mean of each outcome, one column for each twin."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.classical.contrasts.means import marginal_means
from consilience.classical.robust.result import Robust
from consilience.errors import ConsilienceError
from consilience.fit import Fit
from consilience.twins import Twin, classical_twins

COLUMNS = ("outcome", "twin", "estimate", "se", "df", "lower", "upper", "level", "interval")
"""Of the table of twins, before ``doubtful``: an interval on too few degrees of freedom."""
EVERY = "every outcome: the model has one mean"
"""What the row is called where no term of a model tells outcomes apart."""
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
        tables = _tables(twins) if fit.model.terms else _of_one_mean(twins)
        return pd.concat(tables, ignore_index=True), ""
    except ConsilienceError as refusal:
        return pd.DataFrame(columns=list(COLUMNS)), str(refusal)


def _tables(twins: dict[str, Twin]) -> list[pd.DataFrame]:
    first = next(twin for twin in twins.values() if not isinstance(twin, Robust))
    means = marginal_means(first, "outcome", average="observed")
    return _rows(twins, means.rows, means.labels)


def _of_one_mean(twins: dict[str, Twin]) -> list[pd.DataFrame]:
    """Tabulate the mean that a model without terms has for everything."""
    return _rows(twins, np.ones((1, 1)), (EVERY,))


def _rows(
    twins: dict[str, Twin], rows: NDArray[np.float64], labels: Sequence[str]
) -> list[pd.DataFrame]:
    """Give each twin's outcomes, marked where the degrees of freedom are too few to trust."""
    found = []
    for name, twin in twins.items():
        table = twin.contrast(rows, labels=labels)
        own = table.reset_index(names="outcome").assign(twin=name)
        doubtful = isinstance(twin, Robust) & (own["df"] < FEW)
        found.append(own[list(COLUMNS)].assign(doubtful=np.asarray(doubtful, dtype=bool)))
    return found
