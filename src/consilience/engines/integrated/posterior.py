"""The posterior of a model of curves: every answer an integral over its rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from consilience.effects import Effects
from consilience.engines.base import Combination, Posterior
from consilience.engines.exact.integrand import added, values_at
from consilience.engines.exact.marginals import HyperMarginal
from consilience.engines.exact.posterior import hyper_curve, hyper_rows, laid_out
from consilience.engines.exact.rule import OWED, Integrated
from consilience.engines.foresight import Others, foreseen
from consilience.engines.integrated.along import marginal
from consilience.engines.integrated.form import Whole
from consilience.engines.integrated.frame import Frame
from consilience.engines.integrated.laying import Affine, Sought, about, added_up, lined, parted
from consilience.engines.integrated.sampling import own_curve, sample
from consilience.engines.integrated.solving import solved
from consilience.engines.integrated.storing import saved
from consilience.engines.summary import ordered, table
from consilience.engines.tree import Layout, grow
from consilience.gaussian import UNTIED, Array, Bonds, Errors, Scatter
from consilience.likelihoods import Likelihood

if TYPE_CHECKING:
    from consilience.engines.integrated.kernel import Found


@dataclass(frozen=True)
class IntegratedPosterior(Posterior):
    """The posterior on the nodes of a rule over coefficients and hyperparameters together.

    Parameters
    ----------
    frame : Frame
        The model, and the axes.
    integrated : Integrated
        The rule and the accuracy it achieved.
    effects : Effects
        The trials.
    seed, chains, draws : int
        How to draw when draws are asked for.
    likelihood : Likelihood
        What the curves are those of, its priors concrete.
    """

    frame: Frame
    integrated: Integrated
    effects: Effects
    seed: int
    chains: int
    draws: int
    likelihood: Likelihood

    @property
    def form(self) -> Whole:
        """The model."""
        return self.frame.whole

    @property
    def layout(self) -> Layout:
        """See `Posterior.layout`."""
        return self.form.layout

    @property
    def scatter(self) -> Scatter:
        """See `Posterior.scatter`."""
        return self.form.scatter

    @property
    def bonds(self) -> Bonds:
        """See `Posterior.bonds`; of the estimates by themselves, which were not used."""
        return Bonds(Errors.of(self.effects.v), UNTIED)

    @property
    def coefficients(self) -> tuple[str, ...]:
        """See `Posterior.coefficients`."""
        return self.layout.labels

    @property
    def log_evidence(self) -> float | None:
        """See `Posterior.log_evidence`."""
        return self.integrated.rule.log_evidence

    @property
    def accuracy(self) -> float:
        """See `Posterior.accuracy`."""
        return self.integrated.accuracy

    @property
    def faults(self) -> tuple[str, ...]:
        """See `Posterior.faults`; the engine refuses rather than answer badly."""
        return ()

    @property
    def steps(self) -> tuple[str, ...]:
        """See `Posterior.steps`."""
        names = ", ".join(hyper.name for hyper in self.form.hypers)
        nodes = " × ".join(map(str, self.integrated.rule.shape))
        silent = [label for label, mute in zip(self.effects.labels, self.form.curves.silent,
                                               strict=True) if mute]  # fmt: skip
        words = f"Of no information about their effect: {', '.join(silent)}."
        return (
            f"Integrated over {names} with {nodes} nodes, the trials' own parameters inside; two "
            f"rules agree to {self.accuracy:.0e}.",
            *(words,) * bool(silent),
        )

    def summary(self, level: float) -> pd.DataFrame:
        """See `Posterior.summary`."""
        names = tuple(f"theta[{label}]" for label in self.effects.labels)
        own = tuple(hyper.name for hyper in self.form.hypers)
        rows = pd.concat(
            [hyper_rows(own, self._axes, level), hyper_rows(names, self._true_effects, level)]
        )
        first = tuple(hyper.name for hyper in self.form.scatter.hypers)
        return table(ordered(rows, first), level=level, accuracy=self.accuracy)

    def scales(self, level: float) -> pd.DataFrame:
        """See `Posterior.scales`."""
        count = len(self.coefficients)
        names = tuple(hyper.name for hyper in self.layout.hypers)
        return table(
            hyper_rows(names, self._axes[count:], level), level=level, accuracy=self.accuracy
        )

    def combine(self, combinations: tuple[Combination, ...], *, level: float) -> pd.DataFrame:
        """See `Posterior.combine`."""
        names = tuple(each.name for each in combinations)
        found = tuple(self._combined(each) for each in combinations)
        return table(hyper_rows(names, found, level), level=level, accuracy=self.accuracy)

    def cdf(self, values: Mapping[str, float]) -> dict[str, float]:
        """See `Posterior.cdf`."""
        places = {hyper.name: place for place, hyper in enumerate(self.form.hypers)}
        return {
            name: float(self._axes[places[name]].cdf(np.array([value]))[0])
            for name, value in values.items()
        }

    def foresee(self) -> Array:
        """See `Posterior.foresee`; by exact refits, and of the trials' data as `foreseen` says."""
        return np.array([self._foresee_one(place) for place in range(self.effects.k)])

    def left_out(self) -> tuple[Array, Array]:
        """Give log p(data of trial i | all other trials) and the accuracy of each, (k,) each.

        From the evidence with and without the trial.
        """
        refits = [
            solved(self.form.without(place), self.integrated.wanted).integrated
            for place in range(self.effects.k)
        ]
        without = np.array([each.rule.log_evidence for each in refits])
        accuracy = np.array([each.accuracy for each in refits])
        return self.integrated.rule.log_evidence - without, accuracy + self.accuracy

    def within(self) -> Array:
        """Give log ∫ p(data of trial i | ψ) p(ψ | all trials), (k,)."""
        masses, weights = self._seen.log_mass, self.integrated.rule.weights
        top = masses.max(axis=0)
        return np.asarray(top + np.log(weights @ np.exp(masses - top)))

    def tree(self) -> xr.DataTree:
        """See `Posterior.tree`; with the groups ``marginals`` and ``nodes`` added."""
        draws = sample(self.frame, self.integrated.rule, seed=self.seed,
                       shape=(self.chains, self.draws))  # fmt: skip
        grown = grow(self.layout, draws, effects=self.effects, seed=self.seed)
        names = tuple(hyper.name for hyper in self.form.hypers)
        grown["marginals"] = xr.DataTree(laid_out(names, map(hyper_curve, self._axes)))
        grown["nodes"] = xr.DataTree(saved(self.frame, self.integrated))
        return grown

    @cached_property
    def _axes(self) -> tuple[HyperMarginal, ...]:
        """Marginals of the coefficients, then of the hyperparameters."""
        return self.frame.marginals(self.integrated.rule)

    @cached_property
    def _seen(self) -> "Found":
        return self.form.masses(self.integrated.rule.phi)

    @cached_property
    def _affine(self) -> Affine:
        rule = self.integrated.rule
        return self.frame.affine(values_at(rule.coordinates, rule.panels))

    @cached_property
    def _log_density(self) -> Array:
        """Log posterior density at every node, those without mass as well."""
        rule = self.integrated.rule
        points = values_at(rule.coordinates, rule.panels)
        trials = self._seen.log_mass[:, self.form.kept].sum(axis=1)
        return trials + self.frame.factor(points) + added(rule.log_priors) - rule.log_evidence

    @cached_property
    def _true_effects(self) -> tuple[HyperMarginal, ...]:
        return tuple(self._true_effect(place) for place in range(self.effects.k))

    def _true_effect(self, place: int) -> HyperMarginal:
        """Give the marginal of θᵢ: ℓᵢ times what the other trials say, at each node."""
        rule, form, seen = self.integrated.rule, self.form, self._seen
        variance = form.variance(rule.phi)[:, place]
        sought = Sought(form.W[place], float(form.known[place]), variance)
        where = about(rule, seen.mean[:, place], seen.variance[:, place], m=form.W.shape[1])
        if not form.scatter.hypers:
            lines = lined(rule, self._affine, sought, heights=self._log_density)
            return marginal(lambda x: added_up(lines, x), where, moments=2)
        others = self._log_density - seen.log_mass[:, place]
        lines = lined(rule, self._affine, sought, heights=others)
        parts = tuple(
            (own_curve(form, place, rule.phi[[node]]), some)
            for line in lines
            for node, some in parted(line, len(form.curves.hypers))
        )
        top = max(own.top for own, _ in parts)

        def density(x: Array) -> Array:
            """Give ℓᵢ at each ω times what is left of the others there."""
            return np.asarray(sum(np.exp(own(x) - top) * some.density(x) for own, some in parts))

        return marginal(density, where, moments=2)

    def _combined(self, each: Combination) -> HyperMarginal:
        rule = self.integrated.rule
        point = self.form.point(rule.phi)
        variance = np.full(len(rule.phi), each.error) + each.scatter.variance(point)[:, 0]
        return self.frame.combined(rule, Sought(each.weights, each.known, variance))

    def _foresee_one(self, place: int) -> float:
        if self.form.curves.silent[place] or self.effects.k == 1:
            return np.nan
        others = self.form.without(place)
        rule = solved(others, OWED).integrated.rule
        point = others.point(rule.phi)
        omega = {hyper.name: point[hyper.name] for hyper in others.curves.hypers}
        known = Others(
            others.expectation(rule.phi)[:, place], others.variance(rule.phi)[:, place],
            omega, rule.weights,
        )  # fmt: skip
        return foreseen(self.likelihood, self.effects, place, others=known)
