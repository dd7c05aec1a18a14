"""How much of the evidence of one cell stands under each judgement of the risk of bias."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section
from consilience.report.sections.risk_of_bias import titled

if TYPE_CHECKING:
    from consilience.report.cell import CellAnalysis


@dataclass(frozen=True, slots=True)
class CellRiskOfBias(Section["CellAnalysis"]):
    """How much of the evidence of one cell stands under each judgement of the risk of bias."""

    name: ClassVar[str] = "risk_of_bias"
    title: ClassVar[str] = "Risk of bias"
    folder: ClassVar[str] = "cells"

    @override
    def applies(self, analysis: "CellAnalysis") -> bool:
        """Apply where trials were judged and pooled."""
        return len(analysis.judged_shares) > 0

    @override
    def values(self, analysis: "CellAnalysis") -> dict[str, object]:
        """Give the shares of the judgements, and what their domains are called."""
        assessment = analysis.review.assessment
        return {
            "shares": analysis.judged_shares,
            "judged": assessment.judges,
            "titles": {one.key: titled(one) for one in assessment.domains},
        }
