"""Conventions for the prediction interval, by name."""

from consilience.classical.prediction.base import Outlook, Prediction
from consilience.classical.prediction.nagashima import Nagashima
from consilience.classical.prediction.symmetric import AsInference, WithKMinus1, WithKMinus2
from consilience.registry import lookup

__all__ = ["REGISTRY", "Outlook", "Prediction", "get"]

REGISTRY: dict[str, type[Prediction]] = {
    "inference": AsInference,
    "k-1": WithKMinus1,
    "k-2": WithKMinus2,
    "nagashima": Nagashima,
}


def get(name: str, **settings: object) -> Prediction:
    """Build the convention of this name.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "convention of the prediction interval", name=name, settings=settings)
