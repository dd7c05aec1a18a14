"""How estimates arise from true effects.

To add a likelihood: write a file, list it here.
"""

from consilience.likelihoods import baselines, links, missing
from consilience.likelihoods.arm_means import ArmMeans
from consilience.likelihoods.base import Likelihood
from consilience.likelihoods.beta_binomial import BetaBinomial
from consilience.likelihoods.binomial import Binomial
from consilience.likelihoods.correlated_normal import CorrelatedNormal
from consilience.likelihoods.hypergeometric import Hypergeometric
from consilience.likelihoods.normal import Normal
from consilience.likelihoods.poisson import Poisson
from consilience.registry import lookup

__all__ = [
    "REGISTRY",
    "ArmMeans",
    "BetaBinomial",
    "Binomial",
    "CorrelatedNormal",
    "Hypergeometric",
    "Likelihood",
    "Normal",
    "Poisson",
    "baselines",
    "get",
    "links",
    "missing",
]

REGISTRY: dict[str, type[Likelihood]] = {
    "ArmMeans": ArmMeans,
    "BetaBinomial": BetaBinomial,
    "Binomial": Binomial,
    "CorrelatedNormal": CorrelatedNormal,
    "Hypergeometric": Hypergeometric,
    "Normal": Normal,
    "Poisson": Poisson,
}


def get(name: str, /, **settings: object) -> Likelihood:
    """Build the likelihood of this name with these settings.

    Raises
    ------
    ModelError
        For an unknown name or setting.
    """
    return lookup(REGISTRY, "likelihood", name=name, settings=settings)
