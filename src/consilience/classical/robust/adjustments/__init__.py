"""Adjustments of the cluster-robust covariance, by name."""

from consilience.classical.robust.adjustments.base import Adjustment
from consilience.classical.robust.adjustments.cr0 import Uncorrected
from consilience.classical.robust.adjustments.cr1 import ByClusters
from consilience.classical.robust.adjustments.cr1p import ByCoefficients
from consilience.classical.robust.adjustments.cr1s import AsStata
from consilience.classical.robust.adjustments.cr2 import BiasReduced
from consilience.classical.robust.adjustments.cr3 import Jackknife
from consilience.registry import lookup

__all__ = ["REGISTRY", "Adjustment", "get"]

REGISTRY: dict[str, type[Adjustment]] = {
    "CR0": Uncorrected,
    "CR1": ByClusters,
    "CR1S": AsStata,
    "CR1p": ByCoefficients,
    "CR2": BiasReduced,
    "CR3": Jackknife,
}


def get(name: str, **settings: object) -> Adjustment:
    """Build the adjustment of this name.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "cluster-robust adjustment", name=name, settings=settings)
