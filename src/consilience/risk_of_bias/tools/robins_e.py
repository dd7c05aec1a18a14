"""ROBINS-E, for non-randomised studies of exposures."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.risk_of_bias.judgements import (
    HIGH,
    LOW,
    LOW_EXCEPT_CONFOUNDING,
    SOME_CONCERNS,
    VERY_HIGH,
)
from consilience.risk_of_bias.tools.base import OVERALL, Domain
from consilience.risk_of_bias.tools.published import Published

_WORDS = (LOW, SOME_CONCERNS, HIGH, VERY_HIGH)
_RESERVED = (LOW_EXCEPT_CONFOUNDING, *_WORDS[1:])
_DOMAINS = (
    Domain("D1", "Bias due to confounding", _RESERVED),
    Domain("D2", "Bias arising from measurement of the exposure", _WORDS),
    Domain("D3", "Bias in selection of participants into the study (or into the analysis)", _WORDS),
    Domain("D4", "Bias due to post-exposure interventions", _WORDS),
    Domain("D5", "Bias due to missing data", _WORDS),
    Domain("D6", "Bias arising from measurement of the outcome", _WORDS),
    Domain("D7", "Bias in selection of the reported result", _WORDS),
)
_OVERALL = Domain(OVERALL, "Overall risk of bias", _RESERVED)


@final
@dataclass(frozen=True, slots=True)
class RobinsE(Published):
    """ROBINS-E, for follow-up studies of the effects of exposures: seven domains.

    The lowest judgement of confounding, and with it of the whole, is "low except for concerns about
    uncontrolled confounding".

    References
    ----------
    Higgins JPT, Morgan RL, Rooney AA, et al. (2024). Environment International 186:108602.
    doi:10.1016/j.envint.2024.108602
    """

    name: ClassVar[str] = "ROBINS-E"
    full: ClassVar[str] = "ROBINS-E (non-randomised studies of exposures, 2024)"
    reference: ClassVar[str] = "10.1016/j.envint.2024.108602"
    items: ClassVar[tuple[Domain, ...]] = _DOMAINS
    whole: ClassVar[Domain] = _OVERALL
