"""How true effects scatter about their expectation.

A heterogeneity gives its PyMC form and, if it has one, its Gaussian form given hyperparameters.
To add one: write a file, list it here.
"""

from consilience.heterogeneity.base import Heterogeneity
from consilience.heterogeneity.normal import Normal
from consilience.heterogeneity.nothing import Nothing
from consilience.registry import lookup

__all__ = ["REGISTRY", "Heterogeneity", "Normal", "Nothing", "get"]

REGISTRY: dict[str, type[Heterogeneity]] = {
    "Normal": Normal,
    "Nothing": Nothing,
}


def get(name: str, /, **settings: object) -> Heterogeneity:
    """Build the heterogeneity of this name with these settings.

    Raises
    ------
    ModelError
        For an unknown name or setting.
    """
    return lookup(REGISTRY, "heterogeneity", name=name, settings=settings)
