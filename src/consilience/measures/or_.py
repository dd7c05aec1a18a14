"""The odds ratio."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.measures.base import Floats
from consilience.measures.two_by_two import Cells, TwoByTwo, Variance


def log_odds_ratio(cells: Cells) -> Floats:
    """Return log(ad / bc), (k,)."""
    a, b, c, d = cells
    return np.log(a * d / (b * c))


def woolf(cells: Cells) -> Floats:
    """Return Woolf's variance of a log odds ratio, 1/a + 1/b + 1/c + 1/d, (k,)."""
    return sum(1 / cell for cell in cells)  # type: ignore[return-value]


VARIANCES: Mapping[str, Variance] = {
    "LS": woolf,
    "AV": lambda cells: woolf(cells.average),
}


@final
@dataclass(frozen=True, slots=True)
class OR(TwoByTwo):
    r"""The log odds ratio :math:`\log\frac{a d}{b c}`.

    Its variance is :math:`1/a + 1/b + 1/c + 1/d`. The same as metafor's ``escalc(measure="OR")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the large-sample variance of each row; ``"AV"``, at the average risks of all rows.

    References
    ----------
    Woolf (1955), Ann. Hum. Genet. 19, 251-253. doi:10.1111/j.1469-1809.1955.tb01348.x
    """

    vtype: str = "LS"

    code: ClassVar[str] = "OR"
    label: ClassVar[str] = "Odds ratio"
    scale: ClassVar[str] = "log"
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {"vtype": tuple(VARIANCES)}
    unit: ClassVar[float] = 4.0

    @override
    def estimate(self, cells: Cells) -> tuple[Floats, Floats]:
        return log_odds_ratio(cells), VARIANCES[self.vtype](cells)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the odds ratio."""
        return np.exp(x)
