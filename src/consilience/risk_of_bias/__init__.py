"""Judgements of the risk of bias: tools, their domains and words, signs and colours.

How an analysis may reckon with them is the business of `consilience.bias`.
"""

from consilience.risk_of_bias import palettes, tools
from consilience.risk_of_bias.assess import assess
from consilience.risk_of_bias.assessment import NO_ASSESSMENT, Assessment
from consilience.risk_of_bias.judgements import NOT_STATED, Judgement, Level
from consilience.risk_of_bias.shares import UNWEIGHTED, shares
from consilience.risk_of_bias.words import in_words
from consilience.trials.readers import read_risk_of_bias

__all__ = [
    "NOT_STATED",
    "NO_ASSESSMENT",
    "UNWEIGHTED",
    "Assessment",
    "Judgement",
    "Level",
    "assess",
    "in_words",
    "palettes",
    "read_risk_of_bias",
    "shares",
    "tools",
]
