"""The default prior of a mean effect: what is customary on the effect's scale."""

from dataclasses import dataclass
from math import inf
from typing import ClassVar, final, override

from consilience.priors.base import Prior
from consilience.priors.context import Context
from consilience.priors.in_units import InUnits
from consilience.priors.normal import Normal
from consilience.priors.unit_information import UnitInformation

_LOG_RATIO = 2.82


@final
@dataclass(frozen=True, slots=True)
class WeaklyInformative(InUnits):
    """Normal prior as wide as is customary on the effect's scale: the default of mu.

    Normal(0, 2.82) on log ratios, so that a ratio lies between 1/250 and 250 with a probability of
    95 % (Günhan 2020); elsewhere `UnitInformation`, half a unit-information SD: Normal(0, 1) on
    standardised mean differences (Röver 2021). Where the unit is unknown it resolves to `Flat`.

    Raises
    ------
    ModelError
        From every question but `resolve`.

    References
    ----------
    Günhan, Röver & Friede (2020). Random-effects meta-analysis of few studies involving rare
    events. Research Synthesis Methods 11:74-90. doi:10.1002/jrsm.1370.
    Röver et al. (2021). doi:10.1002/jrsm.1475.
    """

    positive: ClassVar[tuple[str, ...]] = ()
    equation: ClassVar[str] = "f(x) = exp(−x² / (2 s²)) / (s √(2π)), s = 2.82 on log ratios, unit/2"

    @property
    def support(self) -> tuple[float, float]:
        """The whole line."""
        return -inf, inf

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
            For a unit that is infinite or not greater than zero, except on log ratios.
        """
        if context.log_ratio:
            return Normal(0.0, _LOG_RATIO)
        return UnitInformation().resolve(context)

    def _concrete(self, unit: float) -> Prior:
        return UnitInformation()._concrete(unit)
