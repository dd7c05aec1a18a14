"""From the parameters that a source prints to a prior on tau or mu."""

from collections.abc import Callable, Mapping
from math import inf, log

from consilience.priors.base import Prior
from consilience.priors.half_cauchy import HalfCauchy
from consilience.priors.half_normal import HalfNormal
from consilience.priors.inverse_gamma import InverseGamma
from consilience.priors.log_normal import LogNormal
from consilience.priors.log_student_t import LogStudentT
from consilience.priors.normal import Normal
from consilience.priors.student_t import StudentT
from consilience.priors.truncated import Truncated

type Settings = Mapping[str, float]

ROOTS = {"tau": 1.0, "tau2": 2.0, "mu": 1.0}
"""Which root of the quantity that a source speaks of is the parameter of a model."""


def build(family: str, settings: Settings, *, root: float, factor: float) -> Prior:
    """Build the prior that a cell describes.

    Parameters
    ----------
    family : str
        The name of the family in the packaged data.
    settings : mapping
        Its parameters as published.
    root : float
        2 where they are those of tau²: ln tau² ~ F(m, s) is ln tau ~ F(m / 2, s / 2), for every
        location–scale family F. Only the logarithmic families are published so.
    factor : float
        What multiplies the parameter: 1, or the ratio of two measures' scales.
    """
    return _FAMILIES[family](settings, root, factor)


def _log_normal(given: Settings, root: float, factor: float) -> Prior:
    return LogNormal(given["mu"] / root + log(factor), given["sigma"] / root)


def _log_student_t(given: Settings, root: float, factor: float) -> Prior:
    return LogStudentT(given["nu"], given["mu"] / root + log(factor), given["sigma"] / root)


def _inverse_gamma(given: Settings, _: float, factor: float) -> Prior:
    return InverseGamma(given["alpha"], given["beta"] * factor)


def _half_normal(given: Settings, _: float, factor: float) -> Prior:
    return HalfNormal(given["sigma"] * factor)


def _half_cauchy(given: Settings, _: float, factor: float) -> Prior:
    return HalfCauchy(given["beta"] * factor)


def _normal(given: Settings, _: float, factor: float) -> Prior:
    return Normal(given["mu"] * factor, given["sigma"] * factor)


def _student_t(given: Settings, _: float, factor: float) -> Prior:
    return StudentT(given["nu"], given["mu"] * factor, given["sigma"] * factor)


def _student_t_above_0(given: Settings, root: float, factor: float) -> Prior:
    return Truncated(_student_t(given, root, factor), 0.0, inf)


_FAMILIES: dict[str, Callable[[Settings, float, float], Prior]] = {
    "half_cauchy": _half_cauchy,
    "half_normal": _half_normal,
    "inverse_gamma": _inverse_gamma,
    "log_normal": _log_normal,
    "log_student_t": _log_student_t,
    "normal": _normal,
    "student_t": _student_t,
    "student_t_above_0": _student_t_above_0,
}
