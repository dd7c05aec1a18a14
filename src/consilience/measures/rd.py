"""The risk difference."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.measures.base import Floats
from consilience.measures.two_by_two import Cells, TwoByTwo, Variance


def _variance(cells: Cells, lost: int = 0) -> Floats:
    p1, p2 = cells.p1, cells.p2
    return p1 * (1 - p1) / (cells.n1 - lost) + p2 * (1 - p2) / (cells.n2 - lost)


_VARIANCES: Mapping[str, Variance] = {
    "LS": _variance,
    "UB": lambda cells: _variance(cells, 1),
    "AV": lambda cells: _variance(cells.average),
}


@final
@dataclass(frozen=True, slots=True)
class RD(TwoByTwo):
    r"""The risk difference :math:`a / n_1 - c / n_2`.

    Its variance is :math:`p_1 (1 - p_1) / n_1 + p_2 (1 - p_2) / n_2`. The same as metafor's
    ``escalc(measure="RD")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the large-sample variance of each row; ``"UB"``, the unbiased one, with n − 1;
        ``"AV"``, at the average risks of all rows.

    References
    ----------
    Fleiss & Berlin (2009), in: The Handbook of Research Synthesis and Meta-Analysis, 2nd ed.,
    237-253.
    """

    vtype: str = "LS"

    code: ClassVar[str] = "RD"
    label: ClassVar[str] = "Risk difference"
    scale: ClassVar[str] = "probability"
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {"vtype": tuple(_VARIANCES)}
    unit: ClassVar[float] = 1.0

    @override
    def estimate(self, cells: Cells) -> tuple[Floats, Floats]:
        return cells.p1 - cells.p2, _VARIANCES[self.vtype](cells)
