"""The sections of the report, in their order on the page.

To add one: write a file and a template, and list it here.
"""

from typing import Any

from consilience.registry import lookup
from consilience.report.sections.base import Section
from consilience.report.sections.bias_dial import Dialled
from consilience.report.sections.borrowing import Borrowed
from consilience.report.sections.checks import Checks
from consilience.report.sections.conversions import Conversions
from consilience.report.sections.diagnosis import Diagnosed
from consilience.report.sections.effects import EffectSizes
from consilience.report.sections.flow import Flow
from consilience.report.sections.in_short import InShort
from consilience.report.sections.influence import Influences
from consilience.report.sections.left_out import LeftOut
from consilience.report.sections.limits import Limits
from consilience.report.sections.methods import Methods
from consilience.report.sections.models import Models
from consilience.report.sections.pooled import PooledEffect
from consilience.report.sections.predictions import Predictions
from consilience.report.sections.prior_map import OtherPriorsOfMu
from consilience.report.sections.provenance import Origin
from consilience.report.sections.published import Published
from consilience.report.sections.question import Question
from consilience.report.sections.risk_of_bias import RiskOfBias
from consilience.report.sections.sensitivity import Sensitivity
from consilience.report.sections.subgroups import Subgroups
from consilience.report.sections.summary_of_findings import FindingsTable
from consilience.report.sections.trials import Trials

__all__ = ["ORDER", "REGISTRY", "Section", "get"]

REGISTRY: dict[str, type[Section[Any]]] = {
    "question": Question,
    "in_short": InShort,
    "summary_of_findings": FindingsTable,
    "flow": Flow,
    "trials": Trials,
    "conversions": Conversions,
    "left_out": LeftOut,
    "effects": EffectSizes,
    "pooled": PooledEffect,
    "models": Models,
    "subgroups": Subgroups,
    "predictions": Predictions,
    "checks": Checks,
    "borrowing": Borrowed,
    "influence": Influences,
    "sensitivity": Sensitivity,
    "prior_map": OtherPriorsOfMu,
    "bias_dial": Dialled,
    "diagnosis": Diagnosed,
    "risk_of_bias": RiskOfBias,
    "published": Published,
    "methods": Methods,
    "limits": Limits,
    "provenance": Origin,
}

ORDER: tuple[Section[Any], ...] = tuple(kind() for kind in REGISTRY.values())
"""The sections as they follow one another."""


def get(name: str, **settings: object) -> Section[Any]:
    """Build the section of this name.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "section", name=name, settings=settings)
