"""The standardised mean difference as a log odds ratio of logistic distributions."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.measures.d_to_odds import DToOdds
from consilience.measures.odds_to_d import LOGISTIC


@final
@dataclass(frozen=True, slots=True)
class D2OR(DToOdds):
    r"""Cohen's d times :math:`\pi / \sqrt3`.

    Estimates the log odds ratio that two groups with logistic distributions of equal variance
    would have, had they been split at a threshold. `D2ORL` under its short name. The same as
    metafor's ``escalc(measure="D2OR")``.

    References
    ----------
    Hasselblad & Hedges (1995), Psychol. Bull. 117, 167-178. doi:10.1037/0033-2909.117.1.167
    """

    code: ClassVar[str] = "D2OR"
    label: ClassVar[str] = "Odds ratio (from the standardised mean difference, logistic)"
    factor: ClassVar[float] = LOGISTIC
