"""What is maximised to estimate the variance components, by name."""

from consilience.classical.multilevel.criteria.base import Criterion
from consilience.classical.multilevel.criteria.ml import MaximumLikelihood
from consilience.classical.multilevel.criteria.reml import RestrictedML
from consilience.registry import lookup

__all__ = ["REGISTRY", "Criterion", "get"]

REGISTRY: dict[str, type[Criterion]] = {"ML": MaximumLikelihood, "REML": RestrictedML}


def get(name: str, **settings: object) -> Criterion:
    """Build the criterion of this name.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "method of estimation", name=name, settings=settings)
