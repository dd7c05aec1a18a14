"""The mean change in units of the first standard deviation, where the variances differ."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import pandas as pd

from consilience.errors import Problem
from consilience.measures.base import Floats
from consilience.measures.paired_means import PairedMeans, Pairs
from consilience.measures.standardised import CORRECTIONS, correction, uncorrectable


def _variance(pairs: Pairs, g: Floats, lost: int) -> Floats:
    n = pairs.n - lost
    return pairs.change_variance / (pairs.sd1**2 * n) + g**2 / (2 * n)


_VARIANCES: Mapping[str, Callable[[Pairs, Floats], Floats]] = {
    "LS": lambda pairs, g: _variance(pairs, g, 1),
    "LS2": lambda pairs, g: _variance(pairs, g, 0),
    "3.8": lambda pairs, g: _variance(pairs, g, 1) * correction(pairs.n - 1) ** 2,
}


@final
@dataclass(frozen=True, slots=True)
class SMCRH(PairedMeans):
    r"""The standardised mean change, by the raw scores of the first measurement.

    .. math::
        g = J(n - 1)\,\frac{\bar x_1 - \bar x_2}{s_1}, \qquad
        v = \frac{s_1^2 + s_2^2 - 2 r s_1 s_2}{s_1^2 (n - 1)} + \frac{g^2}{2 (n - 1)}.

    The same as metafor's ``escalc(measure="SMCRH")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the variance above; ``"LS2"``, with n in place of n − 1; ``"3.8"``, the form of
        metafor up to 3.8.
    correct : bool
        Whether to correct for bias.

    References
    ----------
    Bonett (2008), Psychol. Methods 13, 99-109, eq. 13. doi:10.1037/1082-989X.13.2.99
    """

    vtype: str = "LS"
    correct: bool = True

    code: ClassVar[str] = "SMCRH"
    label: ClassVar[str] = "Standardised mean change (by raw scores, unequal variances)"
    scale: ClassVar[str] = "standardised"
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {
        "vtype": tuple(_VARIANCES),
        "correct": (True, False),
    }

    @override
    def contradictions(self, table: pd.DataFrame) -> tuple[Problem, ...]:
        return uncorrectable(table, "n", correct=self.correct)

    @override
    def estimate(self, pairs: Pairs) -> tuple[Floats, Floats]:
        g = CORRECTIONS[self.correct](pairs.n - 1) * pairs.change / pairs.sd1
        return g, _VARIANCES[self.vtype](pairs, g)
