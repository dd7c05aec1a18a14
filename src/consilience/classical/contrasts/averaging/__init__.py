"""What marginal means average the other moderators over, by name."""

from consilience.classical.contrasts.averaging.base import Averaging, Grid, Value
from consilience.classical.contrasts.averaging.equal import Equal
from consilience.classical.contrasts.averaging.observed import Observed
from consilience.registry import lookup

__all__ = ["REGISTRY", "Averaging", "Grid", "Value", "get"]

REGISTRY: dict[str, type[Averaging]] = {
    "equal": Equal,
    "observed": Observed,
}


def get(name: str, **settings: object) -> Averaging:
    """Build the rule of this name.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "way of averaging", name=name, settings=settings)
