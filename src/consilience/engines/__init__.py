"""How a posterior is computed: exactly, or by NUTS; `auto` chooses and says why.

To add an engine: write a file or a folder, list it here.
"""

from consilience.engines.auto import Choice, auto, run
from consilience.engines.base import Combination, Engine, Posterior
from consilience.engines.exact import Exact
from consilience.engines.nuts import Nuts
from consilience.registry import lookup

__all__ = [
    "REGISTRY",
    "Choice",
    "Combination",
    "Engine",
    "Exact",
    "Nuts",
    "Posterior",
    "auto",
    "get",
    "run",
]

REGISTRY: dict[str, type[Engine]] = {
    "exact": Exact,
    "nuts": Nuts,
}


def get(name: str, /, **settings: object) -> Engine:
    """Build the engine of this name with these settings.

    Raises
    ------
    ModelError
        For an unknown name or setting.
    """
    return lookup(REGISTRY, "engine", name=name, settings=settings)
