"""The selection functions by name."""

from consilience.classical.small_study.declining import (
    HalfNormal,
    Logistic,
    NegativeExponential,
    NegativeExponentialPower,
    Power,
)
from consilience.classical.small_study.steps import GivenSteps, Steps, Truncated
from consilience.classical.small_study.weights import Beta, Weights
from consilience.registry import lookup

REGISTRY: dict[str, type[Weights]] = {
    "beta": Beta,
    "given steps": GivenSteps,
    "half-normal": HalfNormal,
    "logistic": Logistic,
    "negative exponential": NegativeExponential,
    "negative exponential power": NegativeExponentialPower,
    "power": Power,
    "steps": Steps,
    "truncation": Truncated,
}


def get(name: str, **settings: object) -> Weights:
    """Build the selection function of this name.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "selection function", name=name, settings=settings)
