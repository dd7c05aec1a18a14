"""A t statistic of a comparison of two means, as a standardised difference."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.trials.conversions.adjusted import EQUATION, LIMITS, SOURCE, adjusted_g
from consilience.trials.conversions.assumption import Assumption, Floats, expectation
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class TToSMD(Ready):
    r"""Hedges' g from Student's t, :math:`d = t \sqrt{(1/n_1 + 1/n_2)(1 - R^2)}`.

    The t may be printed, intervention minus comparator, or come from F or p; one that points
    the other way than the printed difference is left alone. R is the multiple correlation of
    covariates with the outcome, 0 where the test was not adjusted.

    Parameters
    ----------
    covariates : float or distribution
        R, between 0 and 1.
    """

    covariates: Assumption = 0.0

    title: ClassVar[str] = "t to SMD"
    needs: ClassVar[tuple[str, ...]] = ("t_stat", "n1", "n2")
    equation: ClassVar[str] = EQUATION
    source: ClassVar[str] = SOURCE
    limits: ClassVar[Mapping[str, tuple[float, float]]] = LIMITS
    measure: ClassVar[str] = "SMD"

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        t, n1, n2 = sheet.columns(*self.needs)
        return adjusted_g(sheet.agreeing(t), n1, n2, correlation=expectation(self.covariates))
