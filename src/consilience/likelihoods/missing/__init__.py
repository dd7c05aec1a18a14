"""What is assumed about participants whose outcome is missing.

To add one: write a file, list it here.
"""

from consilience.likelihoods.missing.base import Missing
from consilience.likelihoods.missing.complete import Complete
from consilience.likelihoods.missing.imdom import IMDoM
from consilience.likelihoods.missing.imor import IMOR
from consilience.registry import lookup

__all__ = ["IMOR", "REGISTRY", "Complete", "IMDoM", "Missing", "get"]

REGISTRY: dict[str, type[Missing]] = {
    "Complete": Complete,
    "IMDoM": IMDoM,
    "IMOR": IMOR,
}


def get(name: str, /, **settings: object) -> Missing:
    """Build the assumption of this name with these settings.

    Raises
    ------
    ModelError
        For an unknown name or setting.
    """
    return lookup(REGISTRY, "assumption about missing participants", name=name, settings=settings)
