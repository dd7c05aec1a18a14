"""What distorts the estimates.

To add a bias: write a file, list it here.
"""

from consilience.bias.base import Bias
from consilience.bias.nothing import Nothing
from consilience.registry import lookup

__all__ = ["REGISTRY", "Bias", "Nothing", "get"]

REGISTRY: dict[str, type[Bias]] = {
    "Nothing": Nothing,
}


def get(name: str, /, **settings: object) -> Bias:
    """Build the bias of this name with these settings.

    Raises
    ------
    ModelError
        For an unknown name or setting.
    """
    return lookup(REGISTRY, "bias", name=name, settings=settings)
