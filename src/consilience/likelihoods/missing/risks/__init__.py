"""The risk that is imputed to those who are missing.

To add one: write a file, list it here.
"""

from consilience.likelihoods.missing.risks.all_events import AllEvents
from consilience.likelihoods.missing.risks.base import Risk
from consilience.likelihoods.missing.risks.comparator import ComparatorRisk
from consilience.likelihoods.missing.risks.intervention import InterventionRisk
from consilience.likelihoods.missing.risks.no_events import NoEvents
from consilience.likelihoods.missing.risks.odds_ratio import OddsRatio
from consilience.likelihoods.missing.risks.own import OwnRisk
from consilience.registry import lookup

__all__ = [
    "REGISTRY",
    "AllEvents",
    "ComparatorRisk",
    "InterventionRisk",
    "NoEvents",
    "OddsRatio",
    "OwnRisk",
    "Risk",
    "get",
]

REGISTRY: dict[str, type[Risk]] = {
    "AllEvents": AllEvents,
    "ComparatorRisk": ComparatorRisk,
    "InterventionRisk": InterventionRisk,
    "NoEvents": NoEvents,
    "OddsRatio": OddsRatio,
    "OwnRisk": OwnRisk,
}


def get(name: str, /, **settings: object) -> Risk:
    """Build the imputed risk of this name with these settings.

    Raises
    ------
    ModelError
        For an unknown name or setting.
    """
    return lookup(REGISTRY, "imputed risk", name=name, settings=settings)
