"""The risk of bias: the judgements of a declared tool, or what the sources say and nothing more."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

import pandas as pd

from consilience.report.sections.base import Section
from consilience.risk_of_bias import NOT_STATED, Assessment, in_words
from consilience.risk_of_bias.tools import OVERALL, Domain
from consilience.trials.readers.risk_of_bias import JUDGED

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis

HEADINGS = {"stated_in_the_source": "Stated in the source", "assessors_masked": "Assessors masked"}
"""What columns of risk_of_bias.csv are called on the page."""


@dataclass(frozen=True, slots=True)
class RiskOfBias(Section["Analysis"]):
    """The risk of bias: judgements of a declared tool, or what the sources say."""

    name: ClassVar[str] = "risk_of_bias"
    title: ClassVar[str] = "Risk of bias"

    @override
    def applies(self, analysis: "Analysis") -> bool:
        """Apply where the review tells anything of the risk of bias."""
        return len(analysis.review.risk_of_bias) > 0

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give what is told of each trial, who is not mentioned, and the shares of judgements."""
        assessment, labels = analysis.review.assessment, analysis.review.trial_labels
        told = _told(analysis.review.risk_of_bias, labels, assessment=assessment)
        shown = [str(name) for name in told]
        judged = assessment.judges and not assessment.empty
        silent = [name for name in labels if name not in told.index]
        return {
            "rows": told,
            "headings": {name: _heading(name, assessment) for name in shown},
            "judged": judged or any(JUDGED.fullmatch(name) for name in shown),
            "silent": silent,
            "alt": "" if assessment.empty else in_words(assessment),
            "shares": analysis.judged_shares,
            "titles": {one.key: titled(one) for one in assessment.domains},
        }


def _told(
    risk_of_bias: pd.DataFrame, labels: tuple[str, ...], *, assessment: Assessment
) -> pd.DataFrame:
    """Give what is told of the trials used, in the tool's words where there is one."""
    table = risk_of_bias.drop_duplicates("label").set_index("label")
    shown = [str(name) for name in table if _is_shown(str(name))]
    rows = table.loc[[label for label in labels if label in table.index], shown]
    told = rows[(rows != "").any(axis="columns")]
    columns = [one.key for one in assessment.domains if one.key in told]
    words = assessment.table.reindex(index=told.index, columns=columns)
    said = words.replace(NOT_STATED.word, NOT_STATED.word.lower())
    return said.join(told.drop(columns=columns))


def titled(domain: Domain) -> str:
    """Call a domain by its number and its title.

    Parameters
    ----------
    domain : Domain
    """
    numbered = JUDGED.fullmatch(domain.key) and domain.key != OVERALL
    return f"{domain.key}: {domain.title}" if numbered else domain.title


def _heading(name: str, assessment: Assessment) -> str:
    """Name a column: a domain that stands in the table above by its key, others in words."""
    titles = {one.key: one.title for one in assessment.domains}
    if name in titles:
        return name if JUDGED.fullmatch(name) else titles[name]
    return HEADINGS.get(name, name.replace("_", " "))


def _is_shown(name: str) -> bool:
    return name.strip().lower() not in {"trial", "study", "study id", "label"}
