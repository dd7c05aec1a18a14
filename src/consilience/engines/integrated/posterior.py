"""The posterior of a model of curves: every answer an integral over its rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import ndtr

from consilience.effects import Effects
from consilience.engines.base import Combination, Posterior
from consilience.engines.exact.integrand import added, log_priors, product_weights
from consilience.engines.exact.marginals import HyperMarginal, hyper_marginals
from consilience.engines.exact.posterior import hyper_curve, hyper_rows, laid_out
from consilience.engines.exact.rule import Integrated
from consilience.engines.exact.store import to_dataset
from consilience.engines.integrated.along import Lines, marginal
from consilience.engines.integrated.form import Whole
from consilience.engines.integrated.sampling import own_curve, sample
from consilience.engines.integrated.solving import solved
from consilience.engines.summary import ordered, table
from consilience.engines.tree import Layout, grow
from consilience.gaussian import UNTIED, Array, Bonds, Errors, Scatter

if TYPE_CHECKING:
    from consilience.engines.integrated.kernel import Found

_HEAVY = 1e-13
_SURE = 20.0  # e^-20 of its peak: such an end is no plateau


@dataclass(frozen=True)
class IntegratedPosterior(Posterior):
    """The posterior on the nodes of a rule over coefficients and hyperparameters together.

    Parameters
    ----------
    form : Whole
        The model.
    integrated : Integrated
        The rule and the accuracy it achieved.
    effects : Effects
        The trials.
    seed, chains, draws : int
        How to draw when draws are asked for.
    """

    form: Whole
    integrated: Integrated
    effects: Effects
    seed: int
    chains: int
    draws: int

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
        """See `Posterior.foresee`; by exact refits.

        Counts are no estimates: what is held against the other trials is the true effect that the
        trial's own data speak for, P(θ from the others < θ from its own likelihood), which for
        normal estimates is the same (Marshall & Spiegelhalter 2007, doi:10.1214/07-BA218). It is
        nan for a trial whose likelihood does not fall off on both sides, as without events in an
        arm.
        """
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
        draws = sample(self.form, self.integrated.rule, seed=self.seed,
                       shape=(self.chains, self.draws))  # fmt: skip
        grown = grow(self.layout, draws, effects=self.effects, seed=self.seed)
        names = tuple(hyper.name for hyper in self.form.hypers)
        grown["marginals"] = xr.DataTree(laid_out(names, map(hyper_curve, self._axes)))
        grown["nodes"] = xr.DataTree(to_dataset(self.integrated))
        return grown

    @cached_property
    def _axes(self) -> tuple[HyperMarginal, ...]:
        return hyper_marginals(self.integrated.rule)

    @cached_property
    def _seen(self) -> "Found":
        return self.form.masses(self.integrated.rule.phi)

    @cached_property
    def _whole(self) -> tuple[Array, Array]:
        """Log mass of each trial (nodes, k), and the log posterior density, at every node."""
        rule = self.integrated.rule
        log_mass = self._seen.log_mass
        priors = log_priors(self.form, rule.coordinates, rule.panels)
        total = log_mass[:, self.form.kept].sum(axis=1) + added(priors)
        return log_mass, total - rule.log_evidence

    @cached_property
    def _true_effects(self) -> tuple[HyperMarginal, ...]:
        return tuple(self._true_effect(place) for place in range(self.effects.k))

    def _true_effect(self, place: int) -> HyperMarginal:
        """Give the marginal of θᵢ: ℓᵢ times what the other trials say, at each node."""
        rule, form = self.integrated.rule, self.form
        log_mass, log_density = self._whole
        row, known = form.W[place], float(form.known[place])
        variance = form.variance(rule.phi)[:, place]
        seen = self._seen
        mean = float(rule.weights @ seen.mean[:, place])
        within = seen.variance[:, place] + (seen.mean[:, place] - mean) ** 2
        sd = float(np.sqrt(rule.weights @ within))
        if not form.scatter.hypers:
            lines = self._lines(log_density, row, variance, known=known)
            return marginal(lines.density, mean, sd, moments=2)
        lines = self._lines(log_density - log_mass[:, place], row, variance, known=known)
        nodes = np.moveaxis(rule.phi.reshape(*rule.shape, -1), lines.place, 0)[0]
        own = own_curve(form, place, nodes.reshape(-1, rule.phi.shape[1]))
        return marginal(lambda x: lines.density(x, np.exp(own(x))), mean, sd, moments=2)

    def _combined(self, each: Combination) -> HyperMarginal:
        rule = self.integrated.rule
        point = self.form.point(rule.phi)
        variance = np.full(len(rule.phi), each.error) + each.scatter.variance(point)[:, 0]
        middle = rule.phi[:, : len(each.weights)] @ each.weights + each.known
        mean = float(rule.weights @ middle)
        sd = float(np.sqrt(rule.weights @ (variance + (middle - mean) ** 2)))
        lines = self._lines(self._whole[1], each.weights, variance, known=each.known)
        return marginal(lines.density, mean, sd, moments=rule.moments)

    def _lines(self, heights: Array, weights: Array, variance: Array, *, known: float) -> Lines:
        """Lay the posterior out along the coefficient that moves a combination most."""
        rule, m = self.integrated.rule, len(weights)
        spread = np.array([axis.sd() for axis in self._axes[:m]])
        place = int(np.argmax(np.abs(weights) * spread))
        others = np.where(np.arange(m) == place, 0.0, weights)
        offset = rule.phi[:, :m] @ others + known
        rest = tuple(panels for axis, panels in enumerate(rule.panels) if axis != place)

        def laid(values: Array) -> Array:
            shaped = np.moveaxis(values.reshape(rule.shape), place, 0)
            return shaped.reshape(shaped.shape[0], -1)

        along = laid(heights) + np.log(product_weights(rest))
        heavy = np.flatnonzero(laid(rule.weights).sum(axis=0) > _HEAVY)
        weight = float(weights[place])
        return Lines(rule, place, along, laid(offset)[0], laid(variance)[0], weight, heavy)

    def _foresee_one(self, place: int) -> float:
        if self.form.curves.silent[place] or self.effects.k == 1:
            return np.nan
        rule = self.integrated.rule
        own = own_curve(self.form, place, (rule.weights @ rule.phi)[None])
        centre, width = self.form.curves.centre[place], self.form.curves.width[place]
        x = centre + width * np.linspace(-40.0, 40.0, 4001)
        mass = own(x)[:, 0]
        if max(mass[0], mass[-1]) > -_SURE:
            return np.nan
        shares = np.exp(mass) / np.exp(mass).sum()
        others = self.form.without(place)
        rule = solved(others, self.integrated.wanted).integrated.rule
        eta = others.expectation(rule.phi)[:, place]
        h = others.variance(rule.phi)[:, place]
        heavy = rule.weights > 1e-10
        sd = np.sqrt(h[heavy] + (x[1] - x[0]) ** 2)
        kept = shares > 1e-12
        below = ndtr((x[kept, None] - eta[heavy]) / sd)
        return float(shares[kept] @ below @ rule.weights[heavy] / rule.weights[heavy].sum())
