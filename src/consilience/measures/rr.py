"""The risk ratio."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.measures.base import Floats
from consilience.measures.two_by_two import Cells, TwoByTwo, Variance


def _large_sample(cells: Cells) -> Floats:
    return 1 / cells.a - 1 / cells.n1 + 1 / cells.c - 1 / cells.n2


_VARIANCES: Mapping[str, Variance] = {
    "LS": _large_sample,
    "AV": lambda cells: _large_sample(cells.average),
}


@final
@dataclass(frozen=True, slots=True)
class RR(TwoByTwo):
    r"""The log risk ratio :math:`\log\frac{a / n_1}{c / n_2}`.

    Its variance is :math:`1/a - 1/n_1 + 1/c - 1/n_2`. The same as metafor's
    ``escalc(measure="RR")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the large-sample variance of each row; ``"AV"``, at the average risks of all rows.

    References
    ----------
    Katz, Baptista, Azen & Pike (1978), Biometrics 34, 469-474. doi:10.2307/2530610
    """

    vtype: str = "LS"

    code: ClassVar[str] = "RR"
    label: ClassVar[str] = "Risk ratio"
    scale: ClassVar[str] = "log"
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {"vtype": tuple(_VARIANCES)}
    unit: ClassVar[float] = 2.0

    @override
    def estimate(self, cells: Cells) -> tuple[Floats, Floats]:
        y = np.log(cells.a * cells.n2 / (cells.c * cells.n1))
        return y, _VARIANCES[self.vtype](cells)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the risk ratio."""
        return np.exp(x)
