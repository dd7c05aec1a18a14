"""The difference of two arcsine-transformed risks."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.measures.base import Floats
from consilience.measures.two_by_two import Cells, TwoByTwo


@final
@dataclass(frozen=True, slots=True)
class AS(TwoByTwo):
    r"""The arcsine difference :math:`\arcsin\sqrt{p_1} - \arcsin\sqrt{p_2}`, in radians.

    Its variance :math:`1/(4 n_1) + 1/(4 n_2)` does not depend on the risks, so zero counts need no
    constant (`add` is 0). Twice the value is Cohen's h. The same as metafor's
    ``escalc(measure="AS")``.

    References
    ----------
    Rücker, Schwarzer, Carpenter & Olkin (2009), Stat. Med. 28, 721-738. doi:10.1002/sim.3511
    """

    add: float = 0.0

    code: ClassVar[str] = "AS"
    label: ClassVar[str] = "Arcsine difference"
    scale: ClassVar[str] = "arcsine"
    unit: ClassVar[float] = 1.0

    @override
    def estimate(self, cells: Cells) -> tuple[Floats, Floats]:
        y = np.arcsin(np.sqrt(cells.p1)) - np.arcsin(np.sqrt(cells.p2))
        return y, 1 / (4 * cells.n1) + 1 / (4 * cells.n2)

    @override
    def new_variance(self, theta: Floats, *, n1: int, n2: int, observed: pd.DataFrame) -> Floats:
        """Return 1/(4 n1) + 1/(4 n2), whatever the true effect."""
        del observed
        return np.full(np.shape(theta), 1 / (4 * n1) + 1 / (4 * n2))
