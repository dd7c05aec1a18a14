"""The raw correlation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.measures.base import Floats, weighted
from consilience.measures.one_correlation import OneCorrelation

_VARIANCES: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    "LS": lambda r, n: (1 - r**2) ** 2 / (n - 1),
    "AV": lambda r, n: (1 - weighted(r, n) ** 2) ** 2 / (n - 1),
}


@final
@dataclass(frozen=True, slots=True)
class COR(OneCorrelation):
    r"""The product-moment correlation :math:`r`, with variance :math:`(1 - r^2)^2 / (n - 1)`.

    The same as metafor's ``escalc(measure="COR")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the variance above; ``"AV"``, at the average correlation of all rows.

    References
    ----------
    Borenstein (2009), in: The Handbook of Research Synthesis and Meta-Analysis, 2nd ed., eq. 12.27.
    """

    vtype: str = "LS"

    code: ClassVar[str] = "COR"
    label: ClassVar[str] = "Correlation"
    scale: ClassVar[str] = "correlation"
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {"vtype": tuple(_VARIANCES)}

    @override
    def estimate(self, r: Floats, n: Floats) -> tuple[Floats, Floats]:
        return r, _VARIANCES[self.vtype](r, n)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the correlation, kept within −1 and 1."""
        return np.clip(x, -1.0, 1.0)

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return 1: without a correlation v is 1/n."""
        return 1.0
