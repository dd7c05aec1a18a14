"""What is assumed about participants whose outcome is missing.

To add one: write a file, list it here.
"""

from consilience.likelihoods.missing import risks
from consilience.likelihoods.missing.base import Missing
from consilience.likelihoods.missing.by_reason import ByReason
from consilience.likelihoods.missing.complete import Complete
from consilience.likelihoods.missing.gamble_hollis import GambleHollis
from consilience.likelihoods.missing.imdom import IMDoM
from consilience.likelihoods.missing.imor import IMOR
from consilience.likelihoods.missing.imputed import Imputed
from consilience.likelihoods.missing.imrom import IMRoM
from consilience.likelihoods.missing.strategies import strategies
from consilience.registry import lookup

__all__ = [
    "IMOR",
    "REGISTRY",
    "ByReason",
    "Complete",
    "GambleHollis",
    "IMDoM",
    "IMRoM",
    "Imputed",
    "Missing",
    "get",
    "risks",
    "strategies",
]

REGISTRY: dict[str, type[Missing]] = {
    "ByReason": ByReason,
    "Complete": Complete,
    "GambleHollis": GambleHollis,
    "IMDoM": IMDoM,
    "IMOR": IMOR,
    "IMRoM": IMRoM,
    "Imputed": Imputed,
}


def get(name: str, /, **settings: object) -> Missing:
    """Build the assumption of this name with these settings.

    Raises
    ------
    ModelError
        For an unknown name or setting.
    """
    return lookup(REGISTRY, "assumption about missing participants", name=name, settings=settings)
