"""The summary of findings: what was found of each outcome, in terms that people can use."""

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, ClassVar, override

from consilience.findings import DOMAINS, SummaryOfFindings, words
from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class FindingsTable(Section["Analysis"]):
    """The summary of findings: what was found of each outcome, in terms that people can use."""

    name: ClassVar[str] = "summary_of_findings"
    title: ClassVar[str] = "Summary of findings"

    @override
    def applies(self, analysis: "Analysis") -> bool:
        """Apply where the review declares findings."""
        return len(analysis.findings.findings) > 0

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give a row for each outcome with its footnotes, and which columns say anything."""
        summary = analysis.findings
        absolutes = [each for one in summary.findings for each in one.absolute]
        return {
            "rows": [(one, summary.letters(one)) for one in summary.findings],
            "notes": summary.footnotes,
            "level": summary.level,
            "mids": any(one.mid for one in summary.findings),
            "absolutes": bool(absolutes),
            "controls": not all(isnan(each.control) for each in absolutes),
            "measure": _shared(summary),
            "turned": any(one.answered and not one.higher for one in summary.findings),
            "rated": any(one.certainty for one in summary.findings),
            "judged": [one for one in summary.findings if one.answered],
            "domains": DOMAINS,
            "w": words,
        }


def _shared(summary: SummaryOfFindings) -> str:
    """Say the measure, and which way is better, where all outcomes share them; else nothing."""
    told = {f"{one.measure}. {words.direction(one)}" for one in summary.findings if one.answered}
    return told.pop().removesuffix(".") if len(told) == 1 else ""
