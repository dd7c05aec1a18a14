"""One row for a whole analysis, and tables of such rows."""

import pandas as pd

from consilience.classical.pooled import Pooled

_SCATTER = ["tau2", "I2", "H2", "Q", "Q_df", "Q_p"]


def answer(pooled: Pooled) -> dict[str, object]:
    """Put the average effect and the heterogeneity of an analysis into one row."""
    row = {str(name): value for name, value in pooled.average().items()}
    scatter = pooled.heterogeneity()
    return row | {name: scatter[name] for name in _SCATTER} | {"k": pooled.effects.k}


def labelled(table: pd.DataFrame, pooled: Pooled, index: pd.Index | None = None) -> pd.DataFrame:
    """Name the rows, by default after the estimates, and say how the table was made."""
    names = pd.Index(pooled.effects.labels, name="estimate") if index is None else index
    table.index = names
    table.attrs = dict(pooled.attrs)
    return table
