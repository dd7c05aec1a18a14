"""Glass's delta of arms whose variances differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import pandas as pd

from consilience.errors import Problem
from consilience.measures.base import Floats
from consilience.measures.standardised import CORRECTIONS, uncorrectable
from consilience.measures.two_means import Arms, TwoMeans


@final
@dataclass(frozen=True, slots=True)
class SMD1H(TwoMeans):
    r"""The mean difference in units of the comparator's standard deviation, variances unequal.

    .. math::
        g = J(n_2 - 1)\,\frac{\bar x_1 - \bar x_2}{s_2}, \qquad
        v = \frac{s_1^2 / s_2^2}{n_1 - 1} + \frac1{n_2 - 1} + \frac{g^2}{2 (n_2 - 1)}.

    The same as metafor's ``escalc(measure="SMD1H")``.

    Parameters
    ----------
    correct : bool
        Whether to correct for bias.

    References
    ----------
    Bonett (2008), Psychol. Methods 13, 99-109, eq. 12. doi:10.1037/1082-989X.13.2.99
    """

    correct: bool = True

    code: ClassVar[str] = "SMD1H"
    label: ClassVar[str] = "Standardised mean difference (Glass's delta, unequal variances)"
    scale: ClassVar[str] = "standardised"
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {"correct": (True, False)}

    @override
    def contradictions(self, table: pd.DataFrame) -> tuple[Problem, ...]:
        return uncorrectable(table, "n2", correct=self.correct)

    @override
    def estimate(self, arms: Arms) -> tuple[Floats, Floats]:
        m1, m2 = arms.n1 - 1, arms.n2 - 1
        g = CORRECTIONS[self.correct](m2) * arms.difference / arms.sd2
        return g, (arms.sd1 / arms.sd2) ** 2 / m1 + 1 / m2 + g**2 / (2 * m2)

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return 2: of n participants in two equal arms, 1/n1 + 1/n2 = 2²/n."""
        return 2.0
