"""Adjustments for testing several contrasts at once, by name."""

from consilience.classical.contrasts.adjustments.base import Adjustment, Family
from consilience.classical.contrasts.adjustments.benjamini_hochberg import BenjaminiHochberg
from consilience.classical.contrasts.adjustments.bonferroni import Bonferroni
from consilience.classical.contrasts.adjustments.holm import Holm
from consilience.classical.contrasts.adjustments.hommel import Hommel
from consilience.classical.contrasts.adjustments.single_step import SingleStep
from consilience.classical.contrasts.adjustments.unadjusted import Unadjusted
from consilience.registry import lookup

__all__ = ["REGISTRY", "Adjustment", "Family", "get"]

REGISTRY: dict[str, type[Adjustment]] = {
    "BH": BenjaminiHochberg,
    "bonferroni": Bonferroni,
    "holm": Holm,
    "hommel": Hommel,
    "none": Unadjusted,
    "single-step": SingleStep,
}


def get(name: str, **settings: object) -> Adjustment:
    """Build the adjustment of this name.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "adjustment for multiplicity", name=name, settings=settings)
