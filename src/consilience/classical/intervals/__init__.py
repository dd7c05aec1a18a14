"""Confidence intervals of tau², by name."""

from consilience.classical.intervals.base import Tau2Interval
from consilience.classical.intervals.genq import GeneralisedQInterval
from consilience.classical.intervals.pl import ProfileLikelihood
from consilience.classical.intervals.qp import QProfile
from consilience.registry import lookup

REGISTRY: dict[str, type[Tau2Interval]] = {
    "GENQ": GeneralisedQInterval,
    "PL": ProfileLikelihood,
    "QP": QProfile,
}


def get(name: str, **settings: object) -> Tau2Interval:
    """Build the interval of tau² of this name.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "interval of tau²", name=name, settings=settings)
