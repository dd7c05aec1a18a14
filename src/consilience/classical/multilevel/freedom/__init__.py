"""Reference distributions of the coefficients of a multilevel model, by name."""

from consilience.classical.multilevel.freedom.base import Freedom
from consilience.classical.multilevel.freedom.containment import Containment
from consilience.classical.multilevel.freedom.normal import Normal
from consilience.classical.multilevel.freedom.residual import Residual
from consilience.registry import lookup

__all__ = ["REGISTRY", "Freedom", "get"]

REGISTRY: dict[str, type[Freedom]] = {
    "contain": Containment,
    "t": Residual,
    "z": Normal,
}


def get(name: str, **settings: object) -> Freedom:
    """Build the reference distribution of this name.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(
        REGISTRY, "method of inference for a multilevel model", name=name, settings=settings
    )
