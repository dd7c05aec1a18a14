"""Priors: each a density with its inverse, its words and its PyMC twin.

To add one: write a file, list it here.
"""

from consilience.errors import ModelError
from consilience.priors import catalogue, elicit
from consilience.priors.base import Prior
from consilience.priors.berger_deely import BergerDeely
from consilience.priors.beta import Beta
from consilience.priors.catalogue import Catalogue
from consilience.priors.context import Context
from consilience.priors.conventional import Conventional
from consilience.priors.du_mouchel import DuMouchel
from consilience.priors.exponential import Exponential
from consilience.priors.flat import Flat
from consilience.priors.half_cauchy import HalfCauchy
from consilience.priors.half_logistic import HalfLogistic
from consilience.priors.half_normal import HalfNormal
from consilience.priors.half_student_t import HalfStudentT
from consilience.priors.half_unit_information import HalfUnitInformation
from consilience.priors.half_weakly_informative import HalfWeaklyInformative
from consilience.priors.i2 import I2
from consilience.priors.inverse_gamma import InverseGamma
from consilience.priors.jeffreys import Jeffreys
from consilience.priors.lkj import LKJ
from consilience.priors.log_normal import LogNormal
from consilience.priors.log_student_t import LogStudentT
from consilience.priors.lomax import Lomax
from consilience.priors.mixture import Mixture
from consilience.priors.normal import Normal
from consilience.priors.overall_jeffreys import OverallJeffreys
from consilience.priors.preliz import adopt, from_preliz
from consilience.priors.shrinkage import Shrinkage
from consilience.priors.sqrt_uniform import SqrtUniform
from consilience.priors.squared import Squared
from consilience.priors.student_t import StudentT
from consilience.priors.truncated import Truncated
from consilience.priors.uniform import Uniform
from consilience.priors.unit_information import UnitInformation
from consilience.priors.weakly_informative import WeaklyInformative
from consilience.registry import lookup

TibshiraniJeffreys = Jeffreys
"""Tibshirani's prior of one parameter of many: in this model the same density under its name."""

REGISTRY: dict[str, type[Prior]] = {
    "BergerDeely": BergerDeely,
    "Beta": Beta,
    "Catalogue": Catalogue,
    "Conventional": Conventional,
    "DuMouchel": DuMouchel,
    "Exponential": Exponential,
    "Flat": Flat,
    "HalfCauchy": HalfCauchy,
    "HalfLogistic": HalfLogistic,
    "HalfNormal": HalfNormal,
    "HalfStudentT": HalfStudentT,
    "HalfUnitInformation": HalfUnitInformation,
    "HalfWeaklyInformative": HalfWeaklyInformative,
    "I2": I2,
    "InverseGamma": InverseGamma,
    "Jeffreys": Jeffreys,
    "LKJ": LKJ,
    "LogNormal": LogNormal,
    "LogStudentT": LogStudentT,
    "Lomax": Lomax,
    "Mixture": Mixture,
    "Normal": Normal,
    "OverallJeffreys": OverallJeffreys,
    "Shrinkage": Shrinkage,
    "SqrtUniform": SqrtUniform,
    "Squared": Squared,
    "StudentT": StudentT,
    "TibshiraniJeffreys": TibshiraniJeffreys,
    "Truncated": Truncated,
    "Uniform": Uniform,
    "UnitInformation": UnitInformation,
    "WeaklyInformative": WeaklyInformative,
}

__all__ = [
    "I2",
    "LKJ",
    "REGISTRY",
    "BergerDeely",
    "Beta",
    "Catalogue",
    "Context",
    "Conventional",
    "DuMouchel",
    "Exponential",
    "Flat",
    "HalfCauchy",
    "HalfLogistic",
    "HalfNormal",
    "HalfStudentT",
    "HalfUnitInformation",
    "HalfWeaklyInformative",
    "InverseGamma",
    "Jeffreys",
    "LogNormal",
    "LogStudentT",
    "Lomax",
    "Mixture",
    "Normal",
    "OverallJeffreys",
    "Prior",
    "Shrinkage",
    "SqrtUniform",
    "Squared",
    "StudentT",
    "TibshiraniJeffreys",
    "Truncated",
    "Uniform",
    "UnitInformation",
    "WeaklyInformative",
    "adopt",
    "catalogue",
    "elicit",
    "from_preliz",
    "get",
    "standing",
]


def get(name: str, /, **settings: object) -> Prior:
    """Build a prior by its name.

    Parameters
    ----------
    name : str
        A name of the registry, such as ``"HalfNormal"``.
    **settings : object
        The prior's parameters.

    Raises
    ------
    ModelError
        For an unknown name (the known ones are listed) or unfit parameters.
    """
    return lookup(REGISTRY, "prior", name=name, settings=settings)


def standing(given: object, slot: str) -> Prior:
    """Give the prior that stands in a slot: itself, or the one that stands for it.

    Parameters
    ----------
    given : Prior, str or PreliZ distribution
        A name must be that of a prior that needs no parameters.
    slot : str
        The slot's name, for the message.

    Raises
    ------
    ModelError
        If something else stands there.
    """
    found = get(given) if isinstance(given, str) else adopt(given)
    if not isinstance(found, Prior):
        raise ModelError(f"{slot} takes a Prior, such as HalfNormal(0.5), not {given!r}.")
    return found
