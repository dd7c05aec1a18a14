"""A crossover trial as a standardised mean difference."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Assumption, Floats, expectation
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.hedges import correction
from consilience.trials.conversions.pairs import LIMITS, NEEDS, SOURCE, USES, pairs
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class CrossoverToSMD(Ready):
    r"""Hedges' g of a crossover trial, in the same unit as that of a parallel one.

    With :math:`s^2 = (s_1^2 + s_2^2)/2`, whose degrees of freedom are
    :math:`m = 2 (n - 1)/(1 + r^2)`,

    .. math::
        g = J(m)\,\frac{\bar x_1 - \bar x_2}{s}, \qquad
        v = \frac{2 (1 - r)}{n} + \frac{g^2}{2 m}.

    For rows that fill `n_pairs`. The correlation r is that of the row (`pair_r`) or assumed.

    Parameters
    ----------
    correlation : float or distribution
        Of a person's two values, between −1 and 1.
    """

    correlation: Assumption

    title: ClassVar[str] = "Crossover to SMD"
    needs: ClassVar[tuple[str, ...]] = NEEDS
    uses: ClassVar[tuple[str, ...]] = USES
    equation: ClassVar[str] = "g = J md / s, v = 2 (1 − r)/n + g² (1 + r²) / (4 (n − 1))"
    source: ClassVar[str] = SOURCE
    limits: ClassVar[Mapping[str, tuple[float, float]]] = LIMITS
    measure: ClassVar[str] = "SMD"

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        n, md, sd1, sd2, r = pairs(sheet, expectation(self.correlation))
        df = 2 * (n - 1) / (1 + r**2)
        g = correction(df) * md / np.sqrt((sd1**2 + sd2**2) / 2)
        return g, np.where(df >= 2, 2 * (1 - r) / n + g**2 / (2 * df), np.nan)
