"""RoB 2 for cluster-randomised trials."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.risk_of_bias.judgements import NOT_APPLICABLE
from consilience.risk_of_bias.tools.base import Domain
from consilience.risk_of_bias.tools.published import Published
from consilience.risk_of_bias.tools.rob2 import DOMAINS, SUMMARY, WORDS

_RECRUITMENT = Domain(
    "D1b",
    "Bias arising from the timing of identification or recruitment of participants",
    (*WORDS, NOT_APPLICABLE),
)


@final
@dataclass(frozen=True, slots=True)
class RoB2Cluster(Published):
    """RoB 2 for cluster-randomised trials: its five domains and recruitment, domain 1b.

    Trials of which only some are cluster-randomised stand in one table with this tool: domain 1b of
    the others is "not applicable".

    References
    ----------
    Eldridge S, Campbell MK, Campbell MJ, et al. (2021). Revised Cochrane risk of bias tool for
    randomized trials (RoB 2): additional considerations for cluster-randomized trials (RoB 2 CRT),
    18 March 2021. https://www.riskofbias.info/welcome/rob-2-0-tool/rob-2-for-cluster-randomized-trials
    """

    name: ClassVar[str] = "RoB 2 cluster"
    full: ClassVar[str] = "RoB 2 for cluster-randomised trials (test version, 2021)"
    reference: ClassVar[str] = (
        "https://www.riskofbias.info/welcome/rob-2-0-tool/rob-2-for-cluster-randomized-trials"
    )
    items: ClassVar[tuple[Domain, ...]] = (DOMAINS[0], _RECRUITMENT, *DOMAINS[1:])
    whole: ClassVar[Domain] = SUMMARY
