"""Priors: each a density with its inverse, its words and its PyMC twin."""

from consilience.errors import ModelError
from consilience.priors.base import Prior
from consilience.priors.exponential import Exponential
from consilience.priors.flat import Flat
from consilience.priors.half_cauchy import HalfCauchy
from consilience.priors.half_normal import HalfNormal
from consilience.priors.half_student_t import HalfStudentT
from consilience.priors.half_unit_information import HalfUnitInformation
from consilience.priors.inverse_gamma import InverseGamma
from consilience.priors.log_normal import LogNormal
from consilience.priors.normal import Normal
from consilience.priors.student_t import StudentT
from consilience.priors.uniform import Uniform
from consilience.priors.unit_information import UnitInformation
from consilience.registry import lookup

REGISTRY: dict[str, type[Prior]] = {
    "Exponential": Exponential,
    "Flat": Flat,
    "HalfCauchy": HalfCauchy,
    "HalfNormal": HalfNormal,
    "HalfStudentT": HalfStudentT,
    "HalfUnitInformation": HalfUnitInformation,
    "InverseGamma": InverseGamma,
    "LogNormal": LogNormal,
    "Normal": Normal,
    "StudentT": StudentT,
    "Uniform": Uniform,
    "UnitInformation": UnitInformation,
}

__all__ = [
    "REGISTRY",
    "Exponential",
    "Flat",
    "HalfCauchy",
    "HalfNormal",
    "HalfStudentT",
    "HalfUnitInformation",
    "InverseGamma",
    "LogNormal",
    "Normal",
    "Prior",
    "StudentT",
    "Uniform",
    "UnitInformation",
    "get",
    "standing",
]


def get(name: str, /, **settings: float) -> Prior:
    """Build a prior by its name.

    Parameters
    ----------
    name : str
        A name of the registry, such as ``"HalfNormal"``.
    **settings : float
        The prior's parameters.

    Raises
    ------
    ModelError
        For an unknown name (the known ones are listed) or unfit parameters.
    """
    return lookup(REGISTRY, "prior", name=name, settings=settings)


def standing(given: object, slot: str) -> Prior:
    """Give the prior that stands in a slot: itself, or the one that its name stands for.

    Parameters
    ----------
    given : Prior or str
        A name must be that of a prior that needs no parameters.
    slot : str
        The slot's name, for the message.

    Raises
    ------
    ModelError
        If something else stands there.
    """
    found = get(given) if isinstance(given, str) else given
    if not isinstance(found, Prior):
        raise ModelError(f"{slot} takes a Prior, such as HalfNormal(0.5), not {given!r}.")
    return found
