"""ROBINS-I V2, for non-randomised studies of interventions."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.risk_of_bias.judgements import (
    CRITICAL,
    LOW,
    LOW_EXCEPT_CONFOUNDING,
    MODERATE,
    SERIOUS,
)
from consilience.risk_of_bias.tools.base import OVERALL, Domain
from consilience.risk_of_bias.tools.published import Published

_WORDS = (LOW, MODERATE, SERIOUS, CRITICAL)
_RESERVED = (LOW_EXCEPT_CONFOUNDING, *_WORDS[1:])
_DOMAINS = (
    Domain("D1", "Bias due to confounding", _RESERVED),
    Domain("D2", "Bias in classification of interventions", _WORDS),
    Domain("D3", "Bias in selection of participants into the study (or into the analysis)", _WORDS),
    Domain("D4", "Bias due to missing data", _WORDS),
    Domain("D5", "Bias in measurement of the outcome", _WORDS),
    Domain("D6", "Bias in selection of the reported result", _WORDS),
)
_OVERALL = Domain(OVERALL, "Overall risk of bias", _RESERVED)


@final
@dataclass(frozen=True, slots=True)
class RobinsIV2(Published):
    """ROBINS-I V2 (release of 20 November 2025), for follow-up studies of interventions.

    Six domains: deviations from intended interventions went into confounding, and classification of
    interventions stands before selection of participants. The lowest judgement of confounding, and
    with it of the whole, is "low except for concerns about uncontrolled confounding".

    References
    ----------
    Sterne JAC, Higgins JPT, et al. (2025). ROBINS-I V2. https://www.riskofbias.info/welcome/robins-i-v2
    """

    name: ClassVar[str] = "ROBINS-I V2"
    full: ClassVar[str] = "ROBINS-I V2 (non-randomised studies of interventions, 2025)"
    reference: ClassVar[str] = "https://www.riskofbias.info/welcome/robins-i-v2"
    items: ClassVar[tuple[Domain, ...]] = _DOMAINS
    whole: ClassVar[Domain] = _OVERALL
