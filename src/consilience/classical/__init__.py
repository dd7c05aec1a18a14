"""The classical analysis: estimators of tau² by name; pooling, regression and subgroups on top."""

import lazy_loader

from consilience.classical.base import Estimator
from consilience.classical.ce import CommonEffect
from consilience.classical.dl import DerSimonianLaird
from consilience.classical.dlit import IteratedDerSimonianLaird
from consilience.classical.eb import EmpiricalBayes
from consilience.classical.genq import GeneralisedQ
from consilience.classical.genqm import MedianGeneralisedQ
from consilience.classical.he import Hedges
from consilience.classical.held import GivenTau2
from consilience.classical.hm import HartungMakambi
from consilience.classical.hs import HunterSchmidt
from consilience.classical.hsk import SmallSampleHunterSchmidt
from consilience.classical.ml import MaximumLikelihood
from consilience.classical.pm import PauleMandel
from consilience.classical.pmm import MedianPauleMandel
from consilience.classical.reml import RestrictedML
from consilience.classical.sj import SidikJonkman
from consilience.classical.sjit import IteratedSidikJonkman
from consilience.classical.weighting import GivenWeights, PowerOfVariance
from consilience.registry import lookup

_lazily, _, _ = lazy_loader.attach(
    __name__,
    submodules=[
        "contrasts",
        "counts",
        "diagnostics",
        "glmm",
        "hypotheses",
        "inference",
        "intervals",
        "location_scale",
        "multilevel",
        "prediction",
        "robust",
        "small_study",
    ],
    submod_attrs={
        "aggregation": ["aggregated"],
        "many": ["pool_many"],
        "reweighted": ["Reweighted", "reweighted"],
        "simulation": ["parametric_bootstrap", "simulate"],
    },
)
__getattr__ = _lazily

__all__ = ["REGISTRY", "Estimator", "GivenTau2", "GivenWeights", "PowerOfVariance", "get"]

REGISTRY: dict[str, type[Estimator]] = {
    "CE": CommonEffect,
    "DL": DerSimonianLaird,
    "DLIT": IteratedDerSimonianLaird,
    "EB": EmpiricalBayes,
    "GENQ": GeneralisedQ,
    "GENQM": MedianGeneralisedQ,
    "HE": Hedges,
    "HM": HartungMakambi,
    "HS": HunterSchmidt,
    "HSk": SmallSampleHunterSchmidt,
    "ML": MaximumLikelihood,
    "PM": PauleMandel,
    "PMM": MedianPauleMandel,
    "REML": RestrictedML,
    "SJ": SidikJonkman,
    "SJIT": IteratedSidikJonkman,
}


def get(name: str, **settings: object) -> Estimator:
    """Build the tau² estimator of this name.

    Parameters
    ----------
    name : str
        Such as ``"REML"`` or ``"DL"``.
    **settings : object
        Of an estimator that takes any, such as the weights of ``"GENQ"``.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "tau² estimator", name=name, settings=settings)
