"""The other moderators as the trials have them."""

from collections.abc import Mapping
from typing import ClassVar, final

import pandas as pd

from consilience.classical.contrasts.averaging.base import Averaging, Grid, Value


@final
class Observed(Averaging):
    """Every trial of the analysis with its own other moderators, all trials alike.

    What these trials would have shown on average had all had the level in question.

    References
    ----------
    Lane PW, Nelder JA (1982). Biometrics 38:613–621. doi:10.2307/2530043
    """

    code: ClassVar[str] = "observed"
    label: ClassVar[str] = "other moderators as observed"

    def rows(self, grid: Grid, fixed: Mapping[str, Value]) -> pd.DataFrame:
        """Give the table itself with the held columns overwritten."""
        table = grid.table.copy()
        for name, value in fixed.items():
            table[name] = value
        return table
