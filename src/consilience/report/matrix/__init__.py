"""The sections of the page of a grid, in their order.

To add one: write a file and a template in `templates/matrix`, and list it here.
"""

from typing import Any

from consilience.registry import lookup
from consilience.report.matrix.dependence import Dependence
from consilience.report.matrix.exposure import Exposure
from consilience.report.matrix.in_short import InShort
from consilience.report.matrix.joint import JointModel
from consilience.report.matrix.limits import Limits
from consilience.report.matrix.matrix import Matrix
from consilience.report.matrix.methods import Methods
from consilience.report.matrix.trials import Trials
from consilience.report.matrix.variants import Variants
from consilience.report.sections.base import Section
from consilience.report.sections.conversions import Conversions
from consilience.report.sections.flow import Flow
from consilience.report.sections.left_out import LeftOut
from consilience.report.sections.provenance import Origin
from consilience.report.sections.published import Published
from consilience.report.sections.question import Question
from consilience.report.sections.risk_of_bias import RiskOfBias
from consilience.report.sections.summary_of_findings import FindingsTable

__all__ = ["ORDER", "REGISTRY", "get"]

REGISTRY: dict[str, type[Section[Any]]] = {
    "question": Question,
    "in_short": InShort,
    "matrix": Matrix,
    "summary_of_findings": FindingsTable,
    "variants": Variants,
    "joint": JointModel,
    "exposure": Exposure,
    "dependence": Dependence,
    "flow": Flow,
    "trials": Trials,
    "conversions": Conversions,
    "left_out": LeftOut,
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

    Parameters
    ----------
    name : str
    **settings
        None of them takes any.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "section", name=name, settings=settings)
