"""A crossover trial as a mean difference of pairs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.trials.conversions.assumption import Assumption, Floats, expectation
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.pairs import LIMITS, NEEDS, SOURCE, USES, pairs
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class CrossoverToMD(Ready):
    r"""The paired mean difference, :math:`v = (s_1^2 + s_2^2 - 2 r s_1 s_2)/n`.

    For rows that fill `n_pairs`: everybody had both treatments. The correlation r is that of the
    row (`pair_r`) or assumed. Without carry-over and period effects.

    Parameters
    ----------
    correlation : float or distribution
        Of a person's two values, between −1 and 1.
    """

    correlation: Assumption

    title: ClassVar[str] = "Crossover to mean difference"
    needs: ClassVar[tuple[str, ...]] = NEEDS
    uses: ClassVar[tuple[str, ...]] = USES
    equation: ClassVar[str] = "md = mean1 − mean2, v = (sd1² + sd2² − 2 r sd1 sd2) / n"
    source: ClassVar[str] = SOURCE
    limits: ClassVar[Mapping[str, tuple[float, float]]] = LIMITS
    measure: ClassVar[str] = "MD"

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        n, md, sd1, sd2, r = pairs(sheet, expectation(self.correlation))
        return md, (sd1**2 + sd2**2 - 2 * r * sd1 * sd2) / n
