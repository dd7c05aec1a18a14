"""The sections of the page of one cell of a grid, in their order.

To add one: write a file and a template in `templates/cells`, and list it here.
"""

from typing import Any

from consilience.registry import lookup
from consilience.report.cells.answer import CellAnswer
from consilience.report.cells.conversions import CellConversions
from consilience.report.cells.doubts import CellDoubts
from consilience.report.cells.effects import CellEffects
from consilience.report.cells.joint import CellJoint
from consilience.report.cells.left_out import CellLeftOut
from consilience.report.cells.pooled import CellPooled
from consilience.report.cells.risk_of_bias import CellRiskOfBias
from consilience.report.cells.variants import CellVariants
from consilience.report.sections.base import Section

__all__ = ["ORDER", "REGISTRY", "get"]

REGISTRY: dict[str, type[Section[Any]]] = {
    "answer": CellAnswer,
    "effects": CellEffects,
    "pooled": CellPooled,
    "joint": CellJoint,
    "variants": CellVariants,
    "risk_of_bias": CellRiskOfBias,
    "conversions": CellConversions,
    "doubts": CellDoubts,
    "left_out": CellLeftOut,
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
