"""Tools by which the risk of bias is judged.

To add a tool: write a file, list it here.
"""

from consilience.registry import lookup
from consilience.risk_of_bias.tools.base import OVERALL, Domain, Tool
from consilience.risk_of_bias.tools.custom import Custom
from consilience.risk_of_bias.tools.rob1 import RoB1
from consilience.risk_of_bias.tools.rob2 import RoB2
from consilience.risk_of_bias.tools.rob2_cluster import RoB2Cluster
from consilience.risk_of_bias.tools.rob2_crossover import RoB2Crossover
from consilience.risk_of_bias.tools.robins_e import RobinsE
from consilience.risk_of_bias.tools.robins_i import RobinsI
from consilience.risk_of_bias.tools.robins_i_v2 import RobinsIV2

__all__ = [
    "OVERALL",
    "REGISTRY",
    "Custom",
    "Domain",
    "RoB1",
    "RoB2",
    "RoB2Cluster",
    "RoB2Crossover",
    "RobinsE",
    "RobinsI",
    "RobinsIV2",
    "Tool",
    "get",
]

REGISTRY: dict[str, type[Tool]] = {
    "RoB 1": RoB1,
    "RoB 2": RoB2,
    "RoB 2 cluster": RoB2Cluster,
    "RoB 2 crossover": RoB2Crossover,
    "ROBINS-I": RobinsI,
    "ROBINS-I V2": RobinsIV2,
    "ROBINS-E": RobinsE,
    "custom": Custom,
}


def get(name: str, /, **settings: object) -> Tool:
    """Build the tool of this name with these settings; only `custom` has any.

    Raises
    ------
    ModelError
        For an unknown name or setting.
    """
    return lookup(REGISTRY, "risk of bias tool", name=name, settings=settings)
