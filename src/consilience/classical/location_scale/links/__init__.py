"""Links between tau² and its moderators, by name."""

from consilience.classical.location_scale.links.base import Link
from consilience.classical.location_scale.links.identity import Identity
from consilience.classical.location_scale.links.log import Log
from consilience.registry import lookup

__all__ = ["REGISTRY", "Link", "get"]

REGISTRY: dict[str, type[Link]] = {
    "identity": Identity,
    "log": Log,
}


def get(name: str, **settings: object) -> Link:
    """Build the link of this name.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "link of tau²", name=name, settings=settings)
