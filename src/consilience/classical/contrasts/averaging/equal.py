"""Every level of the other factors counts alike."""

from collections.abc import Mapping
from itertools import product
from typing import ClassVar, final

import pandas as pd

from consilience.classical.contrasts.averaging.base import Averaging, Grid, Value


@final
class Equal(Averaging):
    """All combinations of the levels of the other factors alike, numbers at their means.

    The mean of a balanced review, whatever the balance of this one.

    References
    ----------
    Searle SR, Speed FM, Milliken GA (1980). The American Statistician 34:216–221.
    doi:10.1080/00031305.1980.10483031
    """

    code: ClassVar[str] = "equal"
    label: ClassVar[str] = "levels of other factors alike, numbers at their means"

    def rows(self, grid: Grid, fixed: Mapping[str, Value]) -> pd.DataFrame:
        """Cross the levels of the factors that are not held."""
        free = {name: lv for name, lv in grid.design.factors.items() if name not in fixed}
        crossed = pd.DataFrame(list(product(*free.values())), columns=list(free))
        table = grid.table.select_dtypes("number")
        held: dict[str, Value] = {str(name): float(table[name].mean()) for name in table}
        for name, value in (held | dict(fixed)).items():
            if name not in free:
                crossed[name] = value
        return crossed
