"""Which models the batched engine can do, and what it needs to know of them."""

from dataclasses import dataclass, fields

import numpy as np

from consilience.errors import ModelError, RefusalError
from consilience.gaussian import Hyper
from consilience.heterogeneity import Normal, Nothing
from consilience.model import Model
from consilience.priors import Context, Prior

_ALONE = "Fit such data sets one by one: loop over them with fit(model, effects)."
_UNKNOWN = Context(np.nan, np.empty(0))


@dataclass(frozen=True, slots=True)
class Plan:
    """A random-effects or common-effect model, ready for many data sets.

    Parameters
    ----------
    mu : tuple of float
        Mean and standard deviation of the normal prior of μ; infinite where it is flat.
    tau : tuple of Prior
        The prior of τ; empty for a common effect.
    """

    mu: tuple[float, float]
    tau: tuple[Prior, ...]


def read(model: Model) -> Plan:
    """Read a model, or refuse it in words.

    Raises
    ------
    RefusalError
        For terms, bias, a likelihood or heterogeneity other than normal, an improper prior of τ,
        and priors that depend on each data set.
    """
    if not isinstance(model, Model):
        raise ModelError(f"fit_many takes a Model, not {type(model).__name__}.")
    plainest = Model(mu=model.mu, heterogeneity=model.heterogeneity)
    for slot in fields(Model):
        given = getattr(model, slot.name)
        if given != getattr(plainest, slot.name):
            raise RefusalError(
                f"fit_many takes no {slot.name}: it does one mean and one scatter per data set, "
                f"not {given!r}. {_ALONE}"
            )
    return Plan(_moments(model.mu), _tau(model))


def _moments(prior: Prior) -> tuple[float, float]:
    """Give mean and SD of the prior of mu, infinite if flat; refuse one that is not Gaussian."""
    try:
        return _concrete("mu", prior).normal_moments()
    except RefusalError as refusal:
        raise RefusalError(
            f"fit_many needs a Normal or a Flat prior of mu, not {prior.label}. {_ALONE}"
        ) from refusal


def _tau(model: Model) -> tuple[Prior, ...]:
    """Give the prior of tau, or none; refuse other scatter, and improper priors."""
    if model.heterogeneity == Nothing():
        return ()
    if not isinstance(model.heterogeneity, Normal):
        raise RefusalError(
            "fit_many takes Normal heterogeneity or Nothing, not "
            f"{type(model.heterogeneity).__name__}. {_ALONE}"
        )
    prior = _concrete("tau", model.heterogeneity.tau)
    if not prior.proper:
        raise RefusalError(
            f"fit_many needs a proper prior of tau; {prior.label} is improper, and whether the "
            f"posterior exists is proved data set by data set. {_ALONE}"
        )
    return (Hyper("tau", prior).prior,)


def _concrete(name: str, prior: Prior) -> Prior:
    """Resolve a prior where the unit-information SD is not known."""
    try:
        found = prior.resolve(_UNKNOWN)
    except ModelError as error:
        found = prior
        reason: Exception | None = error
    else:
        reason = None
    if not found.resolved:
        raise RefusalError(
            f"fit_many gives all data sets the same priors, but {prior.label} of {name} depends on "
            f"each. Give {name} a prior in the effect's own units, such as HalfNormal for tau."
        ) from reason
    return found
