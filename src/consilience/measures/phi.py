"""The phi coefficient."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.measures.base import Floats
from consilience.measures.two_by_two import Cells, TwoByTwo


def _crossed(cells: Cells, y: Floats) -> Floats:
    """Return the variance where only the total is fixed (multinomial sampling)."""
    a, b, c, d = cells
    n = cells.n1 + cells.n2
    rows, columns = (cells.n1 - cells.n2) / n, (a + c - b - d) / n
    row_var = cells.n1 * cells.n2 / n**2
    column_var = (a + c) * (b + d) / n**2
    skewed = y * (1 + y**2 / 2) * rows * columns / np.sqrt(row_var * column_var)
    spread = 0.75 * y**2 * (rows**2 / row_var + columns**2 / column_var)
    return (1 - y**2 + skewed - spread) / n


def _stratified(cells: Cells, y: Floats) -> Floats:
    r"""Return the variance where the arms' sizes are fixed, by the delta method.

    With weights :math:`w_j = n_j / n`, risk :math:`p = w_1 p_1 + w_2 p_2` and
    :math:`s^2 = p (1 - p)`, :math:`\phi = \sqrt{w_1 w_2}\,(p_1 - p_2) / s`, so that
    :math:`\partial\phi / \partial p_j = \pm\sqrt{w_1 w_2} / s - \phi\, w_j (1 - 2p) / (2 s^2)`.
    """
    n1, n2 = cells.n1, cells.n2
    w1, w2 = n1 / (n1 + n2), n2 / (n1 + n2)
    p1, p2 = cells.p1, cells.p2
    p = w1 * p1 + w2 * p2
    s2 = p * (1 - p)
    steep = np.sqrt(w1 * w2 / s2)
    bent = y * (1 - 2 * p) / (2 * s2)
    first = (steep - bent * w1) ** 2 * p1 * (1 - p1) / n1
    second = (steep + bent * w2) ** 2 * p2 * (1 - p2) / n2
    return first + second


_VARIANCES: Mapping[str, Callable[[Cells, Floats], Floats]] = {
    "LS": _crossed,
    "CS": _crossed,
    "ST": _stratified,
}


@final
@dataclass(frozen=True, slots=True)
class PHI(TwoByTwo):
    r"""The phi coefficient :math:`(a d - b c) / \sqrt{n_1 n_2 (a + c) (b + d)}`.

    The product-moment correlation of two yes-or-no variables. The same as metafor's
    ``escalc(measure="PHI")``.

    Parameters
    ----------
    vtype : str
        ``"CS"`` (or ``"LS"``), where only the total of each table was fixed; ``"ST"``, where the
        sizes of the two groups were.

    References
    ----------
    Yule (1912), J. R. Stat. Soc. 75, 579-652, p. 603. doi:10.2307/2340126
    """

    add: float = 0.0
    vtype: str = "LS"

    code: ClassVar[str] = "PHI"
    label: ClassVar[str] = "Phi coefficient"
    scale: ClassVar[str] = "correlation"
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {"vtype": tuple(_VARIANCES)}
    unit: ClassVar[float] = 1.0

    @override
    def estimate(self, cells: Cells) -> tuple[Floats, Floats]:
        a, b, c, d = cells
        y = (a * d - b * c) / np.sqrt(cells.n1 * cells.n2 * (a + c) * (b + d))
        return y, _VARIANCES[self.vtype](cells, y)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the coefficient, kept within −1 and 1."""
        return np.clip(x, -1.0, 1.0)
