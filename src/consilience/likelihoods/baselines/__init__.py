"""What is assumed about the comparator's risk or rate in each trial.

To add one: write a file, list it here.
"""

from consilience.likelihoods.baselines.base import Baseline
from consilience.likelihoods.baselines.exchangeable import Exchangeable
from consilience.likelihoods.baselines.fixed import Fixed
from consilience.registry import lookup

__all__ = ["REGISTRY", "Baseline", "Exchangeable", "Fixed", "get"]

REGISTRY: dict[str, type[Baseline]] = {
    "Exchangeable": Exchangeable,
    "Fixed": Fixed,
}


def get(name: str, /, **settings: object) -> Baseline:
    """Build the baseline of this name with these settings.

    Raises
    ------
    ModelError
        For an unknown name or setting.
    """
    return lookup(REGISTRY, "baseline", name=name, settings=settings)
