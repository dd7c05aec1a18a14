"""Many exact refits over the same nodes, which reach as far as any of them needs."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact.form import Form
from consilience.engines.exact.integrand import (
    added,
    log_prior_along,
    log_priors,
    product_weights,
    values,
    values_at,
)
from consilience.engines.exact.ladder import FIRST, LADDER, Rungs, panels_on
from consilience.engines.exact.marginals import hyper_marginals
from consilience.engines.exact.mixture import Mixture
from consilience.engines.exact.panels import Panels
from consilience.engines.exact.posterior import ExactPosterior
from consilience.engines.exact.rule import OWED, WANTED, Rule
from consilience.engines.exact.search import Bracket, bracket
from consilience.gaussian import Array
from consilience.questions.sweep import Sets, Swept, sweep

_ROUNDS = {1: 4, 2: 6, 3: 5}
_HIGHER = 2
_ENOUGH = {1: WANTED, 2: 1e-8, 3: 1e-7}  # another round of thousands of nodes is not worth more
_LOOKS, _RISEN = 5, 1.0
_LOST = 1e-7  # a pivot below this has cost seven digits: the refit is done from the start
_NEGLIGIBLE = 1e-13

type Places = tuple[int, ...]
"""Which estimates are left out together."""


@dataclass(frozen=True, slots=True)
class Refits:
    """Posteriors without each of D sets of estimates, over the same n nodes.

    Parameters
    ----------
    places : tuple of int
        Which of the sets asked for.
    rule : Rule
        The hyperparameters, their axes and panels.
    log_density : array (n, D)
        Log of the posterior density of the hyperparameters on the x scale, normalised.
    swept : Swept
        What holds at the nodes.
    log_evidence : array (D,)
        log p(the others), up to the constant of improper priors.
    accuracy : array (D,)
        Relative error bound.
    """

    places: Places
    rule: Rule
    log_density: Array
    swept: Swept
    log_evidence: Array
    accuracy: Array

    @property
    def mass(self) -> Array:
        """Posterior mass of the nodes, (n, D); every column adds up to 1."""
        mass = np.exp(self.log_density) * product_weights(self.rule.panels)[:, None]
        return np.asarray(mass / mass.sum(axis=0))

    @property
    def mu(self) -> Mixture:
        """The posterior of μ without each set."""
        return self._mixture(self.swept.mean, self.swept.variance)

    @property
    def surprise(self) -> Mixture:
        """A new estimate less the observed, for the first of each set foreseen by the others."""
        return self._mixture(-self.swept.residual, self.swept.predicted)

    def median(self, hyper: int) -> Array:
        """Posterior medians (D,) of a hyperparameter."""
        pairs = zip(self.mass.T, self.log_density.T, strict=True)
        rules = (replace(self.rule, weights=mass, log_density=logs) for mass, logs in pairs)
        alone = [hyper_marginals(rule)[hyper] for rule in rules]
        heights = np.stack([each.values for each in alone])
        x = alone[0].panels.invert(heights, np.full(len(alone), 0.5))
        return self.rule.coordinates[hyper].value(x)

    def only(self, kept: NDArray[np.bool_]) -> "Refits":
        """Keep some of the refits."""
        return Refits(
            tuple(place for place, good in zip(self.places, kept, strict=True) if good),
            self.rule,
            self.log_density[:, kept],
            Swept(*(part[:, kept] for part in self.swept.parts)),
            self.log_evidence[kept],
            self.accuracy[kept],
        )

    def _mixture(self, means: Array, variances: Array) -> Mixture:
        mass = self.mass
        seen = mass.max(axis=1) > _NEGLIGIBLE / len(mass)
        mass = mass[seen]
        return Mixture(mass / mass.sum(axis=0), means[seen], np.sqrt(variances[seen]))


@dataclass(frozen=True, slots=True)
class Shared:
    """The refits without each of D sets of one size, integrated together.

    Parameters
    ----------
    posterior : ExactPosterior
        The posterior of all estimates.
    sets : array (D, g)
        What is left out.
    """

    posterior: ExactPosterior
    sets: Sets

    def refits(self, places: Places) -> tuple[Refits, NDArray[np.bool_]]:
        """Refit without each set, and say which refits reached the accuracy that is owed."""
        if not self._rule.panels:
            found = self._at((), places)
            return found, self._sound(found)
        box, coarse = self._begun(places)
        rungs = list(self._rungs)
        for _ in range(_ROUNDS[len(rungs)]):
            rungs = [rung + 1 for rung in rungs]
            fine = self._at(panels_on(box, tuple(rungs)), places)
            fine = replace(fine, accuracy=_disagreement(coarse, fine))
            if fine.accuracy.max() <= _ENOUGH[len(rungs)]:
                break
            coarse = fine
        return fine, self._sound(fine)

    @property
    def _form(self) -> Form:
        return self.posterior.form

    @property
    def _rule(self) -> Rule:
        return self.posterior.integrated.rule

    def _sound(self, found: Refits) -> NDArray[np.bool_]:
        weak = (found.swept.pivot < _LOST) & (found.mass > _NEGLIGIBLE)
        return np.asarray((found.accuracy <= OWED) & ~weak.any(axis=0))

    @property
    def _rungs(self) -> Rungs:
        """Where to begin: a box that holds many posteriors wants more nodes than one of its own.

        Along several axes it is where the rule of all estimates ended, which knows what each needs.
        """
        panels = self._rule.panels
        if len(panels) == 1:
            return (FIRST + _HIGHER,)
        return tuple(min(LADDER.index((each.count, each.order)), FIRST) for each in panels)

    def _begun(self, places: Places) -> tuple[Bracket, Refits]:
        """Bracket all refits at once, and take a first rule.

        Every one is held against its own peak, as far as known.
        """
        peaks = self._logs(self._rule.panels)[0].max(axis=0)
        for _ in range(_LOOKS):
            box = self._around(peaks)
            found = self._at(panels_on(box, self._rungs), places)
            higher = np.maximum(peaks, found.log_density.max(axis=0) + found.log_evidence)
            if np.max(higher - peaks) <= _RISEN:
                break
            peaks = higher
        return box, found

    def _around(self, peaks: Array) -> Bracket:
        """Find where any of the refits has mass: the bracket of the highest of them all."""
        axes = self._rule.coordinates
        scales = np.array([axis.scale for axis in axes])

        def highest(x: Array) -> tuple[Array, Array]:
            phi = values(axes, x)
            size = np.log1p((np.abs(phi) / scales).max(axis=1))
            others = np.max(self._swept(phi).others - peaks, axis=1)
            return np.asarray(_prior(self._rule, x) + others), size

        return bracket(
            highest,
            nearest=np.array([axis.nearest for axis in axes]),
            farthest=np.array([axis.farthest for axis in axes]),
        )

    def _at(self, panels: tuple[Panels, ...], places: Places) -> Refits:
        """Weigh all refits on the same panels, each normalised by its own evidence."""
        log_f, swept = self._logs(panels)
        log_mass = log_f + np.log(product_weights(panels))[:, None]
        peak = log_mass.max(axis=0)
        total = np.exp(log_mass - peak).sum(axis=0)
        exact = np.full(len(total), np.finfo(float).eps)
        priors = log_priors(self._form, self._rule.coordinates, panels)
        rule = replace(self._rule, panels=panels, log_priors=priors)
        evidence = peak + np.log(total)
        return Refits(places, rule, log_f - evidence, swept, evidence, exact)

    def _logs(self, panels: tuple[Panels, ...]) -> tuple[Array, Swept]:
        """Log integrands (n, D) on the x scale at the nodes of a rule."""
        axes = self._rule.coordinates
        swept = self._swept(values_at(axes, panels))
        return swept.others + added(log_priors(self._form, axes, panels))[:, None], swept

    def _swept(self, phi: Array) -> Swept:
        return sweep(self._form, phi, sets=self.sets, reported=self.posterior.effects.v)


def _prior(rule: Rule, x: Array) -> Array:
    axes = zip(rule.hypers, rule.coordinates, x.T, strict=True)
    return np.sum([log_prior_along(*each) for each in axes], axis=0)


def _disagreement(coarse: Refits, fine: Refits) -> Array:
    """Largest relative difference in evidence, mean and SD, and in P(μ > 0), for each refit."""
    first, second = coarse.mu, fine.mu
    size, zero = second.sd(), np.zeros(len(fine.places))
    parts = (
        np.abs(np.expm1(coarse.log_evidence - fine.log_evidence)),
        np.abs(first.mean() - second.mean()) / size,
        np.abs(first.sd() - size) / size,
        np.abs(first.survival(zero) - second.survival(zero)),
    )
    return np.asarray(np.max(parts, axis=0))
