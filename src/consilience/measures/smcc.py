"""The mean change in units of the standard deviation of the changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.errors import Problem
from consilience.measures.base import Floats
from consilience.measures.paired_means import PairedMeans, Pairs
from consilience.measures.standardised import CORRECTIONS, VARIANCES, Standardised, uncorrectable

_KNOWN = ("LS", "LS2", "UB")


@final
@dataclass(frozen=True, slots=True)
class SMCC(PairedMeans):
    r"""The standardised mean change, by the standard deviation of the changes.

    .. math::
        g = J(n - 1)\,\frac{\bar x_1 - \bar x_2}{s_D}, \quad
        s_D^2 = s_1^2 + s_2^2 - 2 r s_1 s_2, \qquad v = \frac1n + \frac{g^2}{2 n}.

    The same as metafor's ``escalc(measure="SMCC")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the variance above; ``"LS2"``, :math:`J^2` times that of the uncorrected change;
        ``"UB"``, the unbiased one.
    correct : bool
        Whether to correct for bias.

    References
    ----------
    Gibbons, Hedeker & Davis (1993), J. Educ. Stat. 18, 271-279, eq. 21.
    doi:10.3102/10769986018003271 Viechtbauer (2007), J. Educ. Behav. Stat. 32, 39-60, eq. 26.
    doi:10.3102/1076998606298034
    """

    vtype: str = "LS"
    correct: bool = True

    code: ClassVar[str] = "SMCC"
    label: ClassVar[str] = "Standardised mean change (by change scores)"
    scale: ClassVar[str] = "standardised"
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {
        "vtype": _KNOWN,
        "correct": (True, False),
    }

    @override
    def contradictions(self, table: pd.DataFrame) -> tuple[Problem, ...]:
        return uncorrectable(table, "n", correct=self.correct)

    @override
    def estimate(self, pairs: Pairs) -> tuple[Floats, Floats]:
        n, m = pairs.n, pairs.n - 1
        d = pairs.change / np.sqrt(pairs.change_variance)
        given = Standardised(d, CORRECTIONS[self.correct](m), m, n, 1 / n, n)
        return given.g, VARIANCES[self.vtype](given)

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return 1: without a change v is 1/n."""
        return 1.0
