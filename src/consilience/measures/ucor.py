"""The unbiased correlation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, final, override

import numpy as np
import pandas as pd

from consilience.measures.base import Floats, weighted
from consilience.measures.gauss import gauss
from consilience.measures.one_correlation import OneCorrelation
from consilience.measures.rules import CORRELATION, sample
from consilience.trials.checks import Rule


class _Given(NamedTuple):
    g: Floats
    r: Floats
    n: Floats


def unbiased_correlation(r: Floats, n: Floats) -> Floats:
    r"""Return :math:`r\,{}_2F_1(\tfrac12, \tfrac12; \tfrac{n-2}2; 1 - r^2)`, (k,).

    Parameters
    ----------
    r, n : ndarray (k,)
        Correlations and sample sizes, at least 5.

    References
    ----------
    Olkin & Pratt (1958), Ann. Math. Stat. 29, 201-211, eq. 2.3. doi:10.1214/aoms/1177706717
    """
    return r * gauss(0.5, (n - 2) / 2, 1 - r**2)


def _unbiased(given: _Given) -> Floats:
    g, r, n = given
    left = 1 - r**2
    return g**2 - 1 + (n - 3) / (n - 2) * left * gauss(1.0, n / 2, left)


_VARIANCES: Mapping[str, Callable[[_Given], Floats]] = {
    "LS": lambda given: (1 - given.g**2) ** 2 / (given.n - 1),
    "UB": _unbiased,
    "AV": lambda given: (1 - weighted(given.g, given.n) ** 2) ** 2 / (given.n - 1),
}


@final
@dataclass(frozen=True, slots=True)
class UCOR(OneCorrelation):
    r"""The correlation without its bias: :math:`G = r\,{}_2F_1(\frac12,\frac12;\frac{n-2}2;1-r^2)`.

    Its variance is :math:`(1 - G^2)^2 / (n - 1)`. The same as metafor's ``escalc(measure="UCOR")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the variance above; ``"UB"``, the unbiased one; ``"AV"``, as LS at the average of
        all rows.

    References
    ----------
    Olkin & Pratt (1958), Ann. Math. Stat. 29, 201-211, eq. 2.3. doi:10.1214/aoms/1177706717 Hedges
    (1989), Psychol. Bull. 106, 500-504, whose approximation UB sums to the end.
    """

    vtype: str = "LS"

    code: ClassVar[str] = "UCOR"
    label: ClassVar[str] = "Correlation (unbiased)"
    scale: ClassVar[str] = "correlation"
    rules: ClassVar[Mapping[str, Rule]] = {"r": CORRELATION, "n": sample(5)}
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {"vtype": tuple(_VARIANCES)}

    @override
    def estimate(self, r: Floats, n: Floats) -> tuple[Floats, Floats]:
        g = unbiased_correlation(r, n)
        v = _VARIANCES[self.vtype](_Given(g, r, n))
        return g, np.where(n > 4, v, np.nan)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the correlation, kept within −1 and 1."""
        return np.clip(x, -1.0, 1.0)

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return 1: without a correlation v is 1/n."""
        return 1.0
