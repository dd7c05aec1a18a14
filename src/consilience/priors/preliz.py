"""Priors made with PreliZ, read without importing it."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from consilience.errors import ModelError
from consilience.priors.base import Prior
from consilience.priors.exponential import Exponential
from consilience.priors.half_cauchy import HalfCauchy
from consilience.priors.half_normal import HalfNormal
from consilience.priors.half_student_t import HalfStudentT
from consilience.priors.inverse_gamma import InverseGamma
from consilience.priors.log_normal import LogNormal
from consilience.priors.mixture import Mixture
from consilience.priors.normal import Normal
from consilience.priors.student_t import StudentT
from consilience.priors.truncated import Truncated
from consilience.priors.uniform import Uniform

_SAME: dict[str, tuple[type[Prior], tuple[str, ...]]] = {
    "Exponential": (Exponential, ("lam",)),
    "HalfCauchy": (HalfCauchy, ("beta",)),
    "HalfNormal": (HalfNormal, ("sigma",)),
    "HalfStudentT": (HalfStudentT, ("nu", "sigma")),
    "InverseGamma": (InverseGamma, ("alpha", "beta")),
    "LogNormal": (LogNormal, ("mu", "sigma")),
    "Normal": (Normal, ("mu", "sigma")),
    "StudentT": (StudentT, ("nu", "mu", "sigma")),
    "Uniform": (Uniform, ("lower", "upper")),
}
_KNOWN = (*_SAME, "Cauchy", "Mixture", "Truncated", "TruncatedNormal")
_SHARES = np.array([0.05, 0.3, 0.5, 0.7, 0.95])
_AGREED = 1e-6


def from_preliz(dist: Any) -> Prior:  # noqa: ANN401 - an object of a library that is not imported
    """Turn a PreliZ distribution into the same prior.

    It is known by the name of its class and read by its parameters; its density is then compared
    with the prior's, so that another parametrisation cannot slip through.

    Parameters
    ----------
    dist : object
        A PreliZ distribution with all its parameters set, such as ``preliz.HalfNormal(0.5)``.

    Raises
    ------
    ModelError
        For a distribution without a counterpart here (the known ones are listed), one whose
        parameters are not set, or one whose density is not the prior's.
    """
    prior = _translated(dist)
    x = prior.ppf(_SHARES)
    theirs, ours = np.asarray(dist.pdf(x), dtype=float), np.exp(prior.logpdf(x))
    if not np.allclose(theirs, ours, rtol=_AGREED, atol=0.0):
        raise ModelError(
            f"The density of {dist!r} is not that of {prior.label}, which its class name and "
            "parameters stand for. Write the prior with consilience.priors instead."
        )
    return prior


def adopt(part: Any) -> Any:  # noqa: ANN401 - any component, given back as it is or with priors
    """Turn the PreliZ distributions that stand in a component into priors.

    Parameters
    ----------
    part : object
        A prior, a PreliZ distribution, or a component of a model that may hold some.
    """
    if _is_preliz(part):
        return from_preliz(part)
    if isinstance(part, Prior | type) or not is_dataclass(part):
        return part
    held = {field.name: getattr(part, field.name) for field in fields(part)}
    foreign = {name: from_preliz(value) for name, value in held.items() if _is_preliz(value)}
    return replace(part, **foreign) if foreign else part  # type: ignore[type-var]


def _is_preliz(part: object) -> bool:
    return (
        not isinstance(part, Prior)
        and callable(getattr(part, "pdf", None))
        and hasattr(part, "params")
    )


def _translated(dist: Any) -> Prior:  # noqa: ANN401
    """Give the prior that is the same as this PreliZ distribution."""
    kind = type(dist).__name__
    if kind in _SAME:
        prior, names = _SAME[kind]
        return prior(**dict(zip(names, _read(dist, names), strict=True)))
    if kind == "Cauchy":
        return StudentT(1.0, *_read(dist, ("alpha", "beta")))
    if kind == "TruncatedNormal":
        mu, sigma, lower, upper = _read(dist, ("mu", "sigma", "lower", "upper"))
        return Truncated(Normal(mu, sigma), lower, upper)
    if kind == "Truncated":
        return Truncated(from_preliz(dist.dist), float(dist.lower), float(dist.upper))
    if kind == "Mixture":
        weights = np.asarray(dist.weights, dtype=float)
        return Mixture(tuple(from_preliz(each) for each in dist.dist), tuple(weights.tolist()))
    raise ModelError(
        f"The PreliZ distribution {kind!r} has no counterpart here. Known: "
        f"{', '.join(sorted(_KNOWN))}."
    )


def _read(dist: Any, names: tuple[str, ...]) -> list[float]:  # noqa: ANN401
    """Read parameters by name, which holds for every parametrisation, or else by place."""
    if all(hasattr(dist, name) for name in names):
        values = [getattr(dist, name) for name in names]
    else:
        values = list(dist.params)
    if len(values) != len(names) or any(value is None for value in values):
        raise ModelError(
            f"The PreliZ distribution {type(dist).__name__!r} has no values for "
            f"{', '.join(names)}. Set them, or fit it to a statement first (preliz.maxent)."
        )
    return [float(value) for value in values]
