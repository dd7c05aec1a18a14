"""A printed mean difference with its standard error, as a standardised difference."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.trials.conversions.adjusted import EQUATION, LIMITS, SOURCE, adjusted_g
from consilience.trials.conversions.assumption import Assumption, Floats, expectation
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class DifferenceToSMD(Ready):
    r"""Hedges' g from a mean difference and its standard error.

    The standard error holds the pooled SD: :math:`t = md/se`,
    :math:`d = t \sqrt{(1/n_1 + 1/n_2)(1 - R^2)}`. Where the difference was adjusted for baseline
    or other covariates, R is their multiple correlation with the outcome: left at 0 for an
    adjusted difference, d comes out too far from 0 by :math:`1/\sqrt{1 - R^2}`.

    Parameters
    ----------
    covariates : float or distribution
        R, between 0 and 1; 0 for an unadjusted difference.
    """

    covariates: Assumption = 0.0

    title: ClassVar[str] = "Difference and SE to SMD"
    needs: ClassVar[tuple[str, ...]] = ("md", "md_se", "n1", "n2")
    equation: ClassVar[str] = f"t = md / se, {EQUATION}"
    source: ClassVar[str] = SOURCE
    limits: ClassVar[Mapping[str, tuple[float, float]]] = LIMITS
    measure: ClassVar[str] = "SMD"

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        md, se, n1, n2 = sheet.columns(*self.needs)
        return adjusted_g(md / se, n1, n2, correlation=expectation(self.covariates))
