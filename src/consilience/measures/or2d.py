"""The odds ratio as a standardised mean difference of logistic distributions."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.measures.odds_to_d import LOGISTIC, OddsToD


@final
@dataclass(frozen=True, slots=True)
class OR2D(OddsToD):
    r"""The log odds ratio times :math:`\sqrt3 / \pi`.

    Estimates the standardised mean difference of two groups with logistic distributions of equal
    variance that were split at a threshold. `OR2DL` under its short name. The same as metafor's
    ``escalc(measure="OR2D")``.

    References
    ----------
    Hasselblad & Hedges (1995), Psychol. Bull. 117, 167-178. doi:10.1037/0033-2909.117.1.167
    Chinn (2000), Stat. Med. 19, 3127-3131.
    """

    code: ClassVar[str] = "OR2D"
    label: ClassVar[str] = "Standardised mean difference (from the odds ratio, logistic)"
    divisor: ClassVar[float] = LOGISTIC
    unit: ClassVar[float] = 4.0 / LOGISTIC
