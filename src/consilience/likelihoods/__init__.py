"""How estimates arise from true effects.

To add a likelihood: write a file, list it here.
"""

from consilience.likelihoods.base import Likelihood
from consilience.likelihoods.normal import Normal
from consilience.registry import lookup

__all__ = ["REGISTRY", "Likelihood", "Normal", "get"]

REGISTRY: dict[str, type[Likelihood]] = {
    "Normal": Normal,
}


def get(name: str, /, **settings: object) -> Likelihood:
    """Build the likelihood of this name with these settings.

    Raises
    ------
    ModelError
        For an unknown name or setting.
    """
    return lookup(REGISTRY, "likelihood", name=name, settings=settings)
