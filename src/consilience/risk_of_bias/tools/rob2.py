"""RoB 2, Cochrane's tool for randomised trials."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.risk_of_bias.judgements import HIGH, LOW, SOME_CONCERNS
from consilience.risk_of_bias.tools.base import OVERALL, Domain, numbered
from consilience.risk_of_bias.tools.published import Published

WORDS = (LOW, SOME_CONCERNS, HIGH)
DOMAINS = numbered(
    (
        "Bias arising from the randomisation process",
        "Bias due to deviations from intended interventions",
        "Bias due to missing outcome data",
        "Bias in measurement of the outcome",
        "Bias in selection of the reported result",
    ),
    WORDS,
)
"""What individually randomised, cluster-randomised and crossover trials have in common."""

SUMMARY = Domain(OVERALL, "Overall risk of bias", WORDS)


@final
@dataclass(frozen=True, slots=True)
class RoB2(Published):
    """RoB 2, for individually randomised trials with parallel groups: five domains.

    References
    ----------
    Sterne JAC, Savović J, Page MJ, et al. (2019). BMJ 366:l4898. doi:10.1136/bmj.l4898
    """

    name: ClassVar[str] = "RoB 2"
    full: ClassVar[str] = "RoB 2 (revised Cochrane tool for randomised trials, 2019)"
    reference: ClassVar[str] = "10.1136/bmj.l4898"
    items: ClassVar[tuple[Domain, ...]] = DOMAINS
    whole: ClassVar[Domain] = SUMMARY
