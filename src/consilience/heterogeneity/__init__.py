"""How true effects scatter about their expectation.

A heterogeneity gives its PyMC form, the population that a sampler draws true effects back from,
and, if it has one, its Gaussian form given hyperparameters. To add one: write a file, list it here.
"""

from consilience.heterogeneity import structures
from consilience.heterogeneity.base import Heterogeneity, Mixed, Spread
from consilience.heterogeneity.by_group import ByGroup
from consilience.heterogeneity.log_linear import LogLinear
from consilience.heterogeneity.multivariate import Multivariate
from consilience.heterogeneity.nested import Nested
from consilience.heterogeneity.normal import Normal
from consilience.heterogeneity.nothing import Nothing
from consilience.heterogeneity.pooled_by_group import PooledByGroup
from consilience.heterogeneity.structures import Structure
from consilience.heterogeneity.student_t import StudentT
from consilience.heterogeneity.tied import Tied
from consilience.heterogeneity.two_component import TwoComponent
from consilience.registry import lookup

__all__ = [
    "REGISTRY",
    "ByGroup",
    "Heterogeneity",
    "LogLinear",
    "Mixed",
    "Multivariate",
    "Nested",
    "Normal",
    "Nothing",
    "PooledByGroup",
    "Spread",
    "Structure",
    "StudentT",
    "Tied",
    "TwoComponent",
    "get",
    "structures",
]

REGISTRY: dict[str, type[Heterogeneity]] = {
    "ByGroup": ByGroup,
    "LogLinear": LogLinear,
    "Multivariate": Multivariate,
    "Nested": Nested,
    "Normal": Normal,
    "Nothing": Nothing,
    "PooledByGroup": PooledByGroup,
    "StudentT": StudentT,
    "TwoComponent": TwoComponent,
}


def get(name: str, /, **settings: object) -> Heterogeneity:
    """Build the heterogeneity of this name with these settings.

    Raises
    ------
    ModelError
        For an unknown name or setting.
    """
    return lookup(REGISTRY, "heterogeneity", name=name, settings=settings)
