"""What a reader finds in a file: raw cells, what was changed in them, results stored beside."""

from dataclasses import dataclass, field

import pandas as pd

from consilience.trials.table import Conversion

STORED = (
    *("analysis", "outcome", "subgroup", "measure", "method", "model", "swap_events"),
    *("k", "estimate", "lower", "upper", "level", "tau2", "chi2", "df", "I2", "p_value"),
)
"""Columns of pooled results stored in a file; estimates as displayed (ratios, not logarithms)."""


def _nothing() -> pd.DataFrame:
    return pd.DataFrame(columns=list(STORED))


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A table as it was found.

    Parameters
    ----------
    cells : DataFrame
        Texts, or numbers where the format knows numbers; one row per estimate.
    log : tuple of Conversion
        What was changed to make these cells: decimal marks, column names, an encoding.
    stored : DataFrame
        One row per pooled result that stands in the file, with the columns of `STORED`; empty for
        formats that hold none.
    """

    cells: pd.DataFrame
    log: tuple[Conversion, ...] = ()
    stored: pd.DataFrame = field(default_factory=_nothing)
