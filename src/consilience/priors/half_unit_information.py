"""A half-normal prior as wide as the effect measure deserves."""

from dataclasses import dataclass
from math import inf, isnan
from typing import ClassVar, final

from consilience.errors import ModelError
from consilience.priors.base import Prior
from consilience.priors.half_normal import HalfNormal
from consilience.priors.in_units import InUnits


@final
@dataclass(frozen=True, slots=True)
class HalfUnitInformation(InUnits):
    """Half-normal prior in unit-information SDs: HalfNormal(multiple · unit).

    On standardised mean differences (unit 2) the default is HalfNormal(0.5) [1]_.

    Parameters
    ----------
    multiple : float
        Scale in units of the unit-information SD; > 0.

    Raises
    ------
    ModelError
        If multiple is not a finite number > 0, from `resolve` where the unit is unknown, and from
        every other question.

    References
    ----------
    .. [1] Röver et al. (2021). On weakly informative prior distributions for the heterogeneity
       parameter in Bayesian random-effects meta-analysis. Research Synthesis Methods 12:448-474.
       doi:10.1002/jrsm.1475
    """

    multiple: float = 0.25

    equation: ClassVar[str] = "f(x) = √(2/π) / s · exp(−x² / (2 s²)), x ≥ 0, s = multiple · unit"

    @property
    def support(self) -> tuple[float, float]:
        """From zero upwards."""
        return 0.0, inf

    def _concrete(self, unit: float) -> Prior:
        """Give the half-normal in the effects' own unit, which must be known."""
        if isnan(unit):
            message = (
                f"{self.label}: the unit-information SD of these effects is unknown. Give tau an "
                "explicit prior in the effect's own units, such as HalfNormal, or give the trials' "
                "sample sizes (n1, n2)."
            )
            raise ModelError(message)
        return HalfNormal(self.multiple * unit)
