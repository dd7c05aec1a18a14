"""RoB 2 for cluster-randomised trials."""

from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.risk_of_bias.judgements import NOT_APPLICABLE
from consilience.risk_of_bias.tools.base import Domain, Tool
from consilience.risk_of_bias.tools.rob2 import DOMAINS, SUMMARY, WORDS

_RECRUITMENT = Domain(
    "D1b",
    "Bias arising from the timing of identification or recruitment of participants",
    (*WORDS, NOT_APPLICABLE),
)


@final
@dataclass(frozen=True, slots=True)
class RoB2Cluster(Tool):
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

    @property
    @override
    def title(self) -> str:
        return "RoB 2 for cluster-randomised trials (test version, 2021)"

    @property
    @override
    def source(self) -> str:
        return (
            "https://www.riskofbias.info/welcome/rob-2-0-tool/rob-2-for-cluster-randomized-trials"
        )

    @property
    @override
    def domains(self) -> tuple[Domain, ...]:
        return (DOMAINS[0], _RECRUITMENT, *DOMAINS[1:])

    @property
    @override
    def overall(self) -> Domain:
        return SUMMARY
