"""The classical analysis: estimators of tau² by name; pooling, regression and subgroups on top."""

from consilience.classical.base import Estimator
from consilience.classical.ce import CommonEffect
from consilience.classical.dl import DerSimonianLaird
from consilience.classical.reml import RestrictedML
from consilience.registry import lookup

REGISTRY: dict[str, type[Estimator]] = {
    "CE": CommonEffect,
    "DL": DerSimonianLaird,
    "REML": RestrictedML,
}


def get(name: str, **settings: object) -> Estimator:
    """Build the tau² estimator of this name.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "tau² estimator", name=name, settings=settings)
