"""The default prior of a heterogeneity: what is customary on the effect's scale."""

from dataclasses import dataclass
from math import inf
from typing import ClassVar, final, override

from consilience.priors.base import Prior
from consilience.priors.context import Context
from consilience.priors.half_normal import HalfNormal
from consilience.priors.half_unit_information import HalfUnitInformation
from consilience.priors.in_units import InUnits

_LOG_RATIO = 0.5


@final
@dataclass(frozen=True, slots=True)
class HalfWeaklyInformative(InUnits):
    """Half-normal prior as wide as is customary on the effect's scale: the default of tau.

    HalfNormal(0.5) on log ratios: at τ = 0.5 the true ratios of 95 % of pairs of trials differ by
    less than a factor of 4. Elsewhere `HalfUnitInformation`, a quarter of a unit-information SD:
    HalfNormal(0.5) on standardised mean differences too (Röver 2021).

    Raises
    ------
    ModelError
        From `resolve` where the unit is unknown, except on log ratios, and from every other
        question.

    References
    ----------
    Röver et al. (2021). On weakly informative prior distributions for the heterogeneity
    parameter in Bayesian random-effects meta-analysis. Research Synthesis Methods 12:448-474.
    doi:10.1002/jrsm.1475
    """

    positive: ClassVar[tuple[str, ...]] = ()
    equation: ClassVar[str] = (
        "f(x) = √(2/π) / s · exp(−x² / (2 s²)), x ≥ 0, s = 0.5 on log ratios, unit/4"
    )

    @property
    def support(self) -> tuple[float, float]:
        """From zero upwards."""
        return 0.0, inf

    @override
    def resolve(self, context: Context) -> Prior:
        """State the prior in the effect's own units.

        Parameters
        ----------
        context : Context
            The scale of the effects.

        Raises
        ------
        ModelError
            For a unit that is unknown, infinite or not greater than zero, except on log ratios.
        """
        if context.log_ratio:
            return HalfNormal(_LOG_RATIO)
        return HalfUnitInformation().resolve(context)

    def _concrete(self, unit: float) -> Prior:
        return HalfUnitInformation()._concrete(unit)
