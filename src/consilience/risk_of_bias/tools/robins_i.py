"""ROBINS-I, for non-randomised studies of interventions, as first published."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.risk_of_bias.judgements import CRITICAL, LOW, MODERATE, NO_INFORMATION, SERIOUS
from consilience.risk_of_bias.tools.base import OVERALL, Domain, numbered
from consilience.risk_of_bias.tools.published import Published

_WORDS = (LOW, MODERATE, SERIOUS, CRITICAL, NO_INFORMATION)
_DOMAINS = numbered(
    (
        "Bias due to confounding",
        "Bias in selection of participants into the study",
        "Bias in classification of interventions",
        "Bias due to deviations from intended interventions",
        "Bias due to missing data",
        "Bias in measurement of outcomes",
        "Bias in selection of the reported result",
    ),
    _WORDS,
)
_OVERALL = Domain(OVERALL, "Overall risk of bias", _WORDS)


@final
@dataclass(frozen=True, slots=True)
class RobinsI(Published):
    """ROBINS-I, version 1 (2016), for non-randomised studies of interventions: seven domains.

    References
    ----------
    Sterne JAC, Hernán MA, Reeves BC, et al. (2016). BMJ 355:i4919. doi:10.1136/bmj.i4919
    """

    name: ClassVar[str] = "ROBINS-I"
    full: ClassVar[str] = "ROBINS-I (non-randomised studies of interventions, 2016)"
    reference: ClassVar[str] = "10.1136/bmj.i4919"
    items: ClassVar[tuple[Domain, ...]] = _DOMAINS
    whole: ClassVar[Domain] = _OVERALL
