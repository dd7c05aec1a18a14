"""Other sets of trials for a whole grid: one rule per file.

To add a rule: write a file, list it here.
"""

from consilience.registry import lookup
from consilience.review.variants.base import Variant
from consilience.review.variants.without_influential import WithoutInfluential
from consilience.review.variants.without_levels import WithoutLevels
from consilience.review.variants.without_trials import WithoutTrials

REGISTRY: dict[str, type[Variant]] = {
    "WithoutTrials": WithoutTrials,
    "WithoutLevels": WithoutLevels,
    "WithoutInfluential": WithoutInfluential,
}


def get(name: str, **settings: object) -> Variant:
    """Return the rule of this name, with its settings.

    Parameters
    ----------
    name : str
        Such as ``"WithoutTrials"``.
    **settings
        Such as ``trials=("CHIEN2016",)``.

    Raises
    ------
    ModelError
        For an unknown name (the known ones are listed) or a setting that it does not take.
    """
    return lookup(REGISTRY, "variant", name=name, settings=settings)


__all__ = [
    "REGISTRY",
    "Variant",
    "WithoutInfluential",
    "WithoutLevels",
    "WithoutTrials",
    "get",
]
