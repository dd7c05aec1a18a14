"""Likelihoods that a location–scale model is fitted by, by name."""

from consilience.classical.location_scale.criteria.base import Criterion
from consilience.classical.location_scale.criteria.ml import FullLikelihood
from consilience.classical.location_scale.criteria.reml import RestrictedLikelihood
from consilience.registry import lookup

__all__ = ["REGISTRY", "Criterion", "get"]

REGISTRY: dict[str, type[Criterion]] = {
    "ML": FullLikelihood,
    "REML": RestrictedLikelihood,
}


def get(name: str, **settings: object) -> Criterion:
    """Build the likelihood of this name.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "likelihood of a location–scale model", name=name, settings=settings)
