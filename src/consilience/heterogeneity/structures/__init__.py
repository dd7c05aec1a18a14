"""How the true effects of several outcomes vary and correlate between studies.

To add a structure: write a file, list it here.
"""

from consilience.heterogeneity.structures.base import Structure
from consilience.heterogeneity.structures.compound_symmetry import CompoundSymmetry
from consilience.heterogeneity.structures.heterogeneous import HeterogeneousCompoundSymmetry
from consilience.heterogeneity.structures.unstructured import Unstructured
from consilience.registry import lookup

__all__ = [
    "REGISTRY",
    "CompoundSymmetry",
    "HeterogeneousCompoundSymmetry",
    "Structure",
    "Unstructured",
    "get",
]

REGISTRY: dict[str, type[Structure]] = {
    "CompoundSymmetry": CompoundSymmetry,
    "HeterogeneousCompoundSymmetry": HeterogeneousCompoundSymmetry,
    "Unstructured": Unstructured,
}


def get(name: str, /, **settings: object) -> Structure:
    """Build the structure of this name with these settings.

    Raises
    ------
    ModelError
        For an unknown name or setting.
    """
    return lookup(REGISTRY, "structure", name=name, settings=settings)
