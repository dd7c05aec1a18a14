"""What distorts the estimates.

To add a bias: write a file, list it here.
"""

from consilience.bias.base import Bias
from consilience.bias.nothing import Nothing
from consilience.bias.power_weight import PowerWeight
from consilience.bias.risk_of_bias import RiskOfBias
from consilience.registry import lookup

__all__ = ["REGISTRY", "Bias", "Nothing", "PowerWeight", "RiskOfBias", "get"]

REGISTRY: dict[str, type[Bias]] = {
    "Nothing": Nothing,
    "PowerWeight": PowerWeight,
    "RiskOfBias": RiskOfBias,
}


def get(name: str, /, **settings: object) -> Bias:
    """Build the bias of this name with these settings.

    Raises
    ------
    ModelError
        For an unknown name or setting.
    """
    return lookup(REGISTRY, "bias", name=name, settings=settings)
