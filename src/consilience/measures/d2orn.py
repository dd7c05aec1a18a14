"""The standardised mean difference as a log odds ratio of normal distributions."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.measures.d_to_odds import DToOdds
from consilience.measures.odds_to_d import COX


@final
@dataclass(frozen=True, slots=True)
class D2ORN(DToOdds):
    r"""Cohen's d times 1.65.

    Estimates the log odds ratio that two groups with normal distributions of equal variance
    would have, had they been split at a threshold. The same as
    metafor's ``escalc(measure="D2ORN")``.

    References
    ----------
    Cox & Snell (1989), Analysis of Binary Data, 2nd ed., Chapman & Hall.
    """

    code: ClassVar[str] = "D2ORN"
    label: ClassVar[str] = "Odds ratio (from the standardised mean difference, normal)"
    factor: ClassVar[float] = COX
