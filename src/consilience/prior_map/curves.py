"""One pass over the hyperparameters: the trials' normal curves in mu.

Given the hyperparameters φ the trials enter through one normal curve in μ, c(φ) N(a(φ); μ, b(φ)²),
whatever the prior of μ. Under N(m, s²) the weight of φ is c(φ) N(a; m, b² + s²), and

    μ | φ, y ~ N((a s² + m b²)/(s² + b²), s² b²/(s² + b²)).
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from consilience.engines.exact.form import Form, assemble
from consilience.engines.exact.integrand import (
    coordinates_of,
    log_prior_along,
    product_weights,
    values,
)
from consilience.engines.exact.ladder import FIRST, LADDER, Rungs, first_rungs, panels_on
from consilience.engines.exact.line import Axis
from consilience.engines.exact.panels import Panels
from consilience.engines.exact.rule import WANTED
from consilience.engines.exact.search import Bracket, bracket, product
from consilience.errors import ModelError
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.model import refuse_bends
from consilience.prior_map.normals import Normals
from consilience.priors import Flat

_MOST = 3
_GRID = 11
_MOST_NODES = 100_000
_REACH = 8.6  # a normal tail beyond it holds less than 1e-17
_UNSEEN = 1e-17


class Moments(NamedTuple):
    """What the nodes say of μ under each prior, (priors,) each; beyond the ends lies no mass."""

    log_evidence: Array
    mean: Array
    sd: Array
    lower: Array
    upper: Array

    def gap(self, other: "Moments") -> float:
        """Give the largest relative difference, of means relative to the standard deviation."""
        parts = (
            np.expm1(self.log_evidence - other.log_evidence),
            (self.mean - other.mean) / other.sd,
            self.sd / other.sd - 1.0,
        )
        return float(np.max(np.abs(parts)))


@dataclass(frozen=True, slots=True)
class Curves:
    """The trials' normal curves in μ, one at each node of φ.

    Parameters
    ----------
    log_c : array (nodes,)
        Logarithm of their weights: prior density of φ, likelihood, weight of the rule.
    a, b2 : array (nodes,)
        Their means and variances.
    """

    log_c: Array
    a: Array
    b2: Array

    def log_joint(self, priors: Normals) -> Array:
        """Give the log weight of every node under every prior, (priors, nodes)."""
        return self.log_c + priors.log_density(self.a[None, :], self.b2)

    def given(self, priors: Normals) -> tuple[Array, Array]:
        """Give mean and variance of μ at every node under every prior, (priors, nodes) each."""
        s2 = priors.scale[:, None] ** 2
        total = self.b2 + s2
        return (self.a * s2 + priors.location[:, None] * self.b2) / total, self.b2 * s2 / total

    def seen(self, priors: Normals) -> "Curves":
        """Leave out the nodes that carry no mass under any of these priors."""
        joint = self.log_joint(priors)
        near = joint > joint.max(axis=1, keepdims=True) + np.log(_UNSEEN)
        kept = near.any(axis=0)
        return Curves(self.log_c[kept], self.a[kept], self.b2[kept])

    def moments(self, priors: Normals) -> Moments:
        """Integrate over the nodes."""
        joint = self.log_joint(priors)
        peak = joint.max(axis=1)
        shares = np.exp(joint - peak[:, None])
        total = shares.sum(axis=1)
        means, variances = self.given(priors)
        mean = np.sum(shares * means, axis=1) / total
        spread = np.sum(shares * (variances + (means - mean[:, None]) ** 2), axis=1) / total
        seen = joint > (peak + np.log(_UNSEEN))[:, None]
        reach = _REACH * np.sqrt(variances)
        return Moments(
            log_evidence=peak + np.log(total),
            mean=mean,
            sd=np.sqrt(spread),
            lower=np.min(means - reach, axis=1, where=seen, initial=np.inf),
            upper=np.max(means + reach, axis=1, where=seen, initial=-np.inf),
        )


def flat_form(fit: Fit) -> Form:
    """Assemble a fit's model with a flat prior of mu, so that what remains is the trials'.

    Raises
    ------
    ModelError
        If the model is not Gaussian given at most three hyperparameters, or the estimates would
        not tell mu from coefficients whose priors are flat as well.
    """
    refuse_bends(fit.model, "A map over priors")
    try:
        form = assemble(replace(fit.model, mu=Flat()), fit.effects)
    except ModelError as error:
        raise ModelError(
            "The answer under other priors of mu is worked out exactly, for models that are "
            f"Gaussian given their standard deviations. {error} Or fit the model again with each "
            "prior of mu that matters: replace(model, mu=priors.Normal(m, s))."
        ) from error
    if len(form.hypers) > _MOST:
        names = ", ".join(hyper.name for hyper in form.hypers)
        raise ModelError(
            f"The answer under other priors of mu is worked out exactly for at most {_MOST} "
            f"standard deviations; this model has {len(form.hypers)} ({names}). Fit it again with "
            "each prior of mu that matters: replace(model, mu=priors.Normal(m, s))."
        )
    return form


def integrated(form: Form, priors: Normals) -> tuple[Curves, Moments, float]:
    """Climb the ladder of rules until neighbours agree under all these priors.

    Returns
    -------
    Curves
        On the finest rule, without the nodes that no prior can see.
    Moments
        What they say.
    float
        What the last two rules differ by, relative.
    """
    if not form.hypers:
        single = _at(form, (), np.empty((1, 0)))
        return single, single.moments(priors), float(np.finfo(float).eps)
    box = _box(form, priors)
    first = _first(form, box, priors)
    ladder = (tuple(rung + n for rung in first) for n in range(len(LADDER)))
    rules = (_on(form, panels_on(box, rungs)) for rungs in ladder)
    for (_, before), (curves, found) in pairwise((each, each.moments(priors)) for each in rules):
        accuracy = before.gap(found)
        if accuracy <= WANTED or len(curves.a) > _MOST_NODES:
            break
    return curves.seen(priors), found, accuracy


def _box(form: Form, priors: Normals) -> Bracket:
    """Bracket the hyperparameters for all these priors at once.

    The box holds every point at which the posterior density under any of the priors is within
    e⁻³⁶ of its peak; one evaluation of the form serves them all.
    """
    coordinates = coordinates_of(form)

    def below_a_peak(x: Array) -> tuple[Array, Array]:
        joint = _at(form, coordinates, x).log_joint(priors)
        return np.max(joint - joint.max(axis=1, keepdims=True), axis=0), np.zeros(len(x))

    return bracket(
        below_a_peak,
        nearest=np.array([coordinate.nearest for coordinate in coordinates]),
        farthest=np.array([coordinate.farthest for coordinate in coordinates]),
    )


def _first(form: Form, box: Bracket, priors: Normals) -> Rungs:
    """Say how fine the first rule must be along each axis: as the most demanding prior needs it."""
    coordinates, d = coordinates_of(form), len(form.hypers)
    if d == 1:
        return (FIRST,)
    ends = zip(box.lower, box.upper, strict=True)
    grid = product([np.linspace(*each, _GRID) for each in ends])
    peaks = _at(form, coordinates, grid).log_joint(priors).argmax(axis=1)
    _, which = np.unique(peaks, return_index=True)  # priors with one peak need one rule
    needed = [
        first_rungs(
            _Alone(form, coordinates, priors.only(place)),
            replace(box, peak=grid[peaks[place]]),
            wanted=WANTED,
        )
        for place in which
    ]
    return tuple(np.max(needed, axis=0).tolist())


@dataclass(frozen=True, slots=True)
class _Alone:
    """The log integrand over the hyperparameters under one prior."""

    form: Form
    coordinates: tuple[Axis, ...]
    prior: Normals

    def __call__(self, x: Array) -> Array:
        return _at(self.form, self.coordinates, x).log_joint(self.prior)[0]


def _on(form: Form, panels: tuple[Panels, ...]) -> Curves:
    """Evaluate the curves at the nodes of a product rule."""
    found = _at(form, coordinates_of(form), product([each.nodes for each in panels]))
    return replace(found, log_c=found.log_c + np.log(product_weights(panels)))


def _at(form: Form, coordinates: tuple[Axis, ...], x: Array) -> Curves:
    """Evaluate the curves at points x (n, d), weighted by the prior density of φ there."""
    given = form.given(values(coordinates, x))
    log_c = given.log_likelihood
    for hyper, coordinate, column in zip(form.hypers, coordinates, x.T, strict=True):
        log_c = log_c + log_prior_along(hyper, coordinate, column)
    return Curves(log_c, given.mean[:, 0], given.variance[:, 0])
