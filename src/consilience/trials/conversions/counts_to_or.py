"""Events in two arms as a log odds ratio, on the way elsewhere."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class CountsToOR(Ready):
    """The log odds ratio of two arms, for `ORToSMD` to start from.

    A half is added to all four cells where one is empty; where nobody or everybody had an event
    in both arms there is no odds ratio.
    """

    title: ClassVar[str] = "Counts to log odds ratio"
    needs: ClassVar[tuple[str, ...]] = ("events1", "n1", "events2", "n2")
    equation: ClassVar[str] = "y = log(ad / bc), v = 1/a + 1/b + 1/c + 1/d"
    source: ClassVar[str] = "Woolf (1955), Ann. Hum. Genet. 19, 251-253"
    measure: ClassVar[str] = "OR"

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        """Give log odds ratio and variance; half a person more in each cell if one is empty."""
        a, n1, c, n2 = sheet.columns(*self.needs)
        b, d = n1 - a, n2 - c
        cells = np.stack([a, b, c, d])
        informative = (cells >= 0).all(axis=0) & (a + c > 0) & (b + d > 0)
        cells = np.where((cells == 0).any(axis=0), cells + 0.5, cells)
        cells = np.where(informative, cells, np.nan)
        logs = np.log(cells)
        return logs[0] - logs[1] - logs[2] + logs[3], (1 / cells).sum(axis=0)
