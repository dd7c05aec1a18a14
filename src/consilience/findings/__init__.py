"""Summaries of findings: what was found of each outcome, in terms that people can use.

`summary_of_findings` answers for outcomes; what their effects are measured against, which
differences matter and what people judged are objects of their own.
"""

from consilience.findings import words
from consilience.findings.baselines import BaselineRate, BaselineRisk
from consilience.findings.comparator import ComparatorMedian
from consilience.findings.finding import Absolute, Chances, Finding, Shown
from consilience.findings.footnotes import Footnote
from consilience.findings.imprecision import Imprecision
from consilience.findings.inconsistency import Inconsistency
from consilience.findings.information import Wanted, optimal_information_size
from consilience.findings.judgements import (
    CERTAINTIES,
    DOMAINS,
    IMPORTANCE,
    Judgement,
    Suggestion,
    words_of,
)
from consilience.findings.mids import NO_MID, Mid, MidAbsolute, MidEffect, NoMid, Thresholds
from consilience.findings.outcome import Outcome, Unmeasured
from consilience.findings.people import People, people
from consilience.findings.scales import FamiliarScale, OwnUnits, Responders
from consilience.findings.summary import MOST, SummaryOfFindings, summary_of_findings
from consilience.findings.translation import Basis

__all__ = [
    "CERTAINTIES",
    "DOMAINS",
    "IMPORTANCE",
    "MOST",
    "NO_MID",
    "Absolute",
    "BaselineRate",
    "BaselineRisk",
    "Basis",
    "Chances",
    "ComparatorMedian",
    "FamiliarScale",
    "Finding",
    "Footnote",
    "Imprecision",
    "Inconsistency",
    "Judgement",
    "Mid",
    "MidAbsolute",
    "MidEffect",
    "NoMid",
    "Outcome",
    "OwnUnits",
    "People",
    "Responders",
    "Shown",
    "Suggestion",
    "SummaryOfFindings",
    "Thresholds",
    "Unmeasured",
    "Wanted",
    "optimal_information_size",
    "people",
    "summary_of_findings",
    "words",
    "words_of",
]
