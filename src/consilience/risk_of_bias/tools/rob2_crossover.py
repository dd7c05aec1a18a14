"""RoB 2 for crossover trials."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.risk_of_bias.judgements import NOT_APPLICABLE
from consilience.risk_of_bias.tools.base import Domain
from consilience.risk_of_bias.tools.published import Published
from consilience.risk_of_bias.tools.rob2 import DOMAINS, SUMMARY, WORDS

_CARRYOVER = Domain(
    "DS", "Bias arising from period and carryover effects", (*WORDS, NOT_APPLICABLE)
)


@final
@dataclass(frozen=True, slots=True)
class RoB2Crossover(Published):
    """RoB 2 for crossover trials: its five domains and period and carryover effects, domain S.

    Trials of which only some are crossover trials stand in one table with this tool: domain S of
    the others is "not applicable".

    References
    ----------
    Higgins JPT, Li T, Sterne J, et al. (2021). Revised Cochrane risk of bias tool for randomized
    trials (RoB 2): additional considerations for crossover trials, 18 March 2021.
    https://www.riskofbias.info/welcome/rob-2-0-tool/rob-2-for-crossover-trials
    """

    name: ClassVar[str] = "RoB 2 crossover"
    full: ClassVar[str] = "RoB 2 for crossover trials (2021)"
    reference: ClassVar[str] = (
        "https://www.riskofbias.info/welcome/rob-2-0-tool/rob-2-for-crossover-trials"
    )
    items: ClassVar[tuple[Domain, ...]] = (DOMAINS[0], _CARRYOVER, *DOMAINS[1:])
    whole: ClassVar[Domain] = SUMMARY
