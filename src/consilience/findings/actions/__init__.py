"""What effects of a measure do to a baseline: which measures act on risks, which on rates.

To add one: write a file, list it here under the codes of its measures.
"""

from collections.abc import Mapping

from consilience.findings.actions.base import Action
from consilience.findings.actions.difference import RateDifference, RiskDifference
from consilience.findings.actions.odds import Odds
from consilience.findings.actions.ratio import Hazard, RateRatio, RiskRatio
from consilience.findings.actions.root import Arcsine, Probit, SquareRoot

RISKS: Mapping[str, Action] = {
    "OR": Odds(),
    "PETO": Odds(),
    "D2OR": Odds(),
    "D2ORL": Odds(),
    "D2ORN": Odds(),
    "RR": RiskRatio(),
    "RD": RiskDifference(),
    "AS": Arcsine(),
    "HR": Hazard(),
}
"""Measures whose effects act on a risk."""

RATES: Mapping[str, Action] = {
    "IRR": RateRatio(),
    "IRD": RateDifference(),
    "IRSD": SquareRoot(),
}
"""Measures whose effects act on a rate."""

__all__ = [
    "RATES",
    "RISKS",
    "Action",
    "Arcsine",
    "Hazard",
    "Odds",
    "Probit",
    "RateDifference",
    "RateRatio",
    "RiskDifference",
    "RiskRatio",
    "SquareRoot",
]
