"""The odds ratio as a standardised mean difference of normal distributions."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.measures.odds_to_d import COX, OddsToD


@final
@dataclass(frozen=True, slots=True)
class OR2DN(OddsToD):
    r"""The log odds ratio divided by 1.65.

    Estimates the standardised mean difference of two normal groups of equal variance that were
    split at a threshold. The same as metafor's ``escalc(measure="OR2DN")``.

    References
    ----------
    Cox & Snell (1989), Analysis of Binary Data, 2nd ed., Chapman & Hall. Sánchez-Meca,
    Marín-Martínez & Chacón-Moscoso (2003), Psychol. Methods 8, 448-467.
    doi:10.1037/1082-989X.8.4.448
    """

    code: ClassVar[str] = "OR2DN"
    label: ClassVar[str] = "Standardised mean difference (from the odds ratio, normal)"
    divisor: ClassVar[float] = COX
    unit: ClassVar[float] = 4.0 / COX
