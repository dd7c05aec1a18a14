"""The mean change in units of the first measurement's standard deviation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import pandas as pd

from consilience.errors import Problem
from consilience.measures.base import Floats
from consilience.measures.paired_means import PairedMeans, Pairs
from consilience.measures.standardised import CORRECTIONS, VARIANCES, Standardised, uncorrectable
from consilience.measures.ucor import unbiased_correlation


def _as_it_is(pairs: Pairs) -> Floats:
    return pairs.r


_CORRELATIONS: Mapping[str, Callable[[Pairs], Floats]] = {
    "LS": _as_it_is,
    "LS2": _as_it_is,
    "UB": lambda pairs: unbiased_correlation(pairs.r, pairs.n),
}


@final
@dataclass(frozen=True, slots=True)
class SMCR(PairedMeans):
    r"""The standardised mean change, by the raw scores of the first measurement.

    .. math::
        g = J(n - 1)\,\frac{\bar x_1 - \bar x_2}{s_1}, \qquad
        v = \frac{2 (1 - r)}n + \frac{g^2}{2 n},

    for measurements of the same true variance; `SMCRH` does without. The same as metafor's
    ``escalc(measure="SMCR")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the variance above; ``"LS2"``, :math:`J^2` times that of the uncorrected change;
        ``"UB"``, the unbiased one, for n of at least 5.
    correct : bool
        Whether to correct for bias.

    References
    ----------
    Becker (1988), Br. J. Math. Stat. Psychol. 41, 257-278, eq. 13.
    doi:10.1111/j.2044-8317.1988.tb00901.x Viechtbauer (2007), J. Educ. Behav. Stat. 32, 39-60,
    eq. 37. doi:10.3102/1076998606298034
    """

    vtype: str = "LS"
    correct: bool = True

    code: ClassVar[str] = "SMCR"
    label: ClassVar[str] = "Standardised mean change (by raw scores)"
    scale: ClassVar[str] = "standardised"
    needs: ClassVar[tuple[str, ...]] = ("mean1", "sd1", "mean2", "r", "n")
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {
        "vtype": tuple(_CORRELATIONS),
        "correct": (True, False),
    }

    @override
    def contradictions(self, table: pd.DataFrame) -> tuple[Problem, ...]:
        return uncorrectable(table, "n", correct=self.correct)

    @override
    def estimate(self, pairs: Pairs) -> tuple[Floats, Floats]:
        n, m = pairs.n, pairs.n - 1
        noise = 2 * (1 - _CORRELATIONS[self.vtype](pairs)) / n
        d = pairs.change / pairs.sd1
        given = Standardised(d, CORRECTIONS[self.correct](m), m, n, noise, n)
        return given.g, VARIANCES[self.vtype](given)
