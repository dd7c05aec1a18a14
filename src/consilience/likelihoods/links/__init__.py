"""How the effect moves the risk of an event.

To add a link: write a file, list it here.
"""

from consilience.likelihoods.links.base import Link, log_chances
from consilience.likelihoods.links.identity import Identity
from consilience.likelihoods.links.log import Log
from consilience.likelihoods.links.logit import Logit
from consilience.registry import lookup

__all__ = ["REGISTRY", "Identity", "Link", "Log", "Logit", "get", "log_chances"]

REGISTRY: dict[str, type[Link]] = {
    "Identity": Identity,
    "Log": Log,
    "Logit": Logit,
}


def get(name: str, /, **settings: object) -> Link:
    """Build the link of this name.

    Raises
    ------
    ModelError
        For an unknown name or setting.
    """
    return lookup(REGISTRY, "link", name=name, settings=settings)
