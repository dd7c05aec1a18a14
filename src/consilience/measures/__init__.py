"""Effect measures, one per file: what was estimated in each trial, and how precisely."""

from consilience.measures.base import Measure
from consilience.measures.gen import GEN
from consilience.measures.md import MD
from consilience.measures.smd import SMD
from consilience.registry import lookup

REGISTRY: dict[str, type[Measure]] = {
    "SMD": SMD,
    "MD": MD,
    "GEN": GEN,
}


def get(name: str, **settings: object) -> Measure:
    """Return the effect measure of this code, with its settings.

    Parameters
    ----------
    name : str
        A code such as ``"SMD"``.
    **settings
        Settings of the measure.

    Raises
    ------
    ModelError
        For an unknown code (the known ones are listed) or a setting that it does not take.
    """
    return lookup(REGISTRY, "effect measure", name=name, settings=settings)


__all__ = ["GEN", "MD", "REGISTRY", "SMD", "Measure", "get"]
