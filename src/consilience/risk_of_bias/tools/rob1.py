"""RoB 1, Cochrane's first tool for randomised trials."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.risk_of_bias.judgements import HIGH, LOW, UNCLEAR
from consilience.risk_of_bias.tools.base import OVERALL, Domain, numbered
from consilience.risk_of_bias.tools.published import Published

_WORDS = (LOW, UNCLEAR, HIGH)
_DOMAINS = numbered(
    (
        "Random sequence generation (selection bias)",
        "Allocation concealment (selection bias)",
        "Blinding of participants and personnel (performance bias)",
        "Blinding of outcome assessment (detection bias)",
        "Incomplete outcome data (attrition bias)",
        "Selective reporting (reporting bias)",
        "Other bias",
    ),
    _WORDS,
)
_OVERALL = Domain(OVERALL, "Overall risk of bias", _WORDS)


@final
@dataclass(frozen=True, slots=True)
class RoB1(Published):
    """RoB 1, Cochrane's first tool for randomised trials (2011): seven items.

    The tool itself sums nothing up; an overall judgement is shown where a review gives one.

    References
    ----------
    Higgins JPT, Altman DG, Gøtzsche PC, et al. (2011). BMJ 343:d5928. doi:10.1136/bmj.d5928
    """

    name: ClassVar[str] = "RoB 1"
    full: ClassVar[str] = "RoB 1 (Cochrane risk of bias tool, 2011)"
    reference: ClassVar[str] = "10.1136/bmj.d5928"
    items: ClassVar[tuple[Domain, ...]] = _DOMAINS
    whole: ClassVar[Domain] = _OVERALL
