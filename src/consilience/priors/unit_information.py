"""A normal prior as wide as the effect measure deserves."""

from dataclasses import dataclass
from math import inf, isnan
from typing import ClassVar, final

from consilience.priors.base import Prior
from consilience.priors.flat import Flat
from consilience.priors.in_units import InUnits
from consilience.priors.normal import Normal


@final
@dataclass(frozen=True, slots=True)
class UnitInformation(InUnits):
    """Normal prior in unit-information SDs: Normal(0, multiple · unit).

    On standardised mean differences (unit 2) the default is Normal(0, 1) [1]_. Where the unit is
    unknown it resolves to `Flat`.

    Parameters
    ----------
    multiple : float
        Standard deviation in units of the unit-information SD; > 0.

    Raises
    ------
    ModelError
        If multiple is not a finite number > 0, and from every question but `resolve`.

    References
    ----------
    .. [1] Röver et al. (2021). On weakly informative prior distributions for the heterogeneity
       parameter in Bayesian random-effects meta-analysis. Research Synthesis Methods 12:448-474.
       doi:10.1002/jrsm.1475
    """

    multiple: float = 0.5

    equation: ClassVar[str] = "f(x) = exp(−x² / (2 s²)) / (s √(2π)), s = multiple · unit"

    @property
    def support(self) -> tuple[float, float]:
        """The whole line."""
        return -inf, inf

    def _concrete(self, unit: float) -> Prior:
        return Flat() if isnan(unit) else Normal(0.0, self.multiple * unit)
