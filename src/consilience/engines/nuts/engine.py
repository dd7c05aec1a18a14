"""The NUTS engine: nutpie on the PyMC model, with a gate and a ladder."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from consilience.effects import Effects
from consilience.engines.base import Engine
from consilience.engines.identified import refuse_tangled
from consilience.engines.nuts.counted import log_masses
from consilience.engines.nuts.gate import faults, loose
from consilience.engines.nuts.ladder import climb
from consilience.engines.nuts.parametrisation import Forms, housing, informed
from consilience.engines.nuts.posterior import COMMON, SampledPosterior
from consilience.engines.nuts.sampler import Run, Settings
from consilience.engines.tree import Draws, Layout
from consilience.errors import ModelError
from consilience.gaussian import Array, Bonds, Errors, Joint, Point, Population, Ties, split
from consilience.likelihoods.normal import SHARED_ERRORS
from consilience.model import (
    Model,
    all_hypers,
    blocks,
    coefficient_names,
    resolve,
    weighed,
)

if TYPE_CHECKING:
    import pymc

_KNOWN = 1e-12


@dataclass(frozen=True, slots=True)
class Nuts(Engine):
    """Sample with the No-U-Turn sampler (nutpie), for every model PyMC can write down.

    θ is marginalised where the model is normal and drawn back from its conditional afterwards; the
    levels of a population are sampled non-centred where the data say little about them, centred
    where they say much. Draws must pass the gate (R-hat ≤ 1.01, bulk and tail ESS ≥ 400 for every
    reported quantity, no divergence, E-BFMI ≥ 0.3, a Monte Carlo error of every SD of at most 5 %
    of it); otherwise the engine climbs a ladder: the other parametrisation of the levels,
    target_accept 0.95, 0.99, then twice the draws, or four times where they are sound but too few.
    What still fails is reported as not converged.

    Parameters
    ----------
    seed : int
        The same seed gives the same draws whatever the number of cores.
    draws, tune : int
        Draws kept and warm-up draws of each chain.
    chains : int
        Number of chains.
    target_accept : float
        Acceptance rate of the first attempt.

    References
    ----------
    Hoffman & Gelman (2014), JMLR 15, 1593–1623.
    """

    seed: int = 0
    draws: int = 1000
    tune: int = 1000
    chains: int = 4
    target_accept: float = 0.9

    def run(self, model: Model, effects: Effects) -> SampledPosterior:
        """See `Engine.run`."""
        concrete = resolve(model, effects)
        described = _described(concrete, effects, self.seed)
        _refuse_improper(described.layout)
        refuse_tangled(described.layout, np.isfinite(described.errors.v))
        described.refuse_selection(concrete)
        forms = described.forms(concrete.pymc(effects))
        settings = Settings(self.draws, self.tune, self.chains, self.target_accept)
        return climb(forms, described.judged, settings=settings, seed=self.seed)

    def restore(self, model: Model, effects: Effects, tree: xr.DataTree) -> SampledPosterior:
        """See `Engine.restore`."""
        described = _described(resolve(model, effects), effects, self.seed)
        posterior = tree["posterior"].to_dataset()
        log_likelihood = tree["log_likelihood"]["yi"].to_numpy()
        beta, hypers = described.layout.read(posterior)
        theta, common = posterior["theta"].to_numpy(), described.nothing_common(beta.shape[:2])
        if COMMON in posterior:
            common = posterior[COMMON].to_numpy()
        draws = described.completed(Draws(hypers, beta, theta, log_likelihood), common)
        return described.posterior(draws, tree["sample_stats"].to_dataset())


@dataclass(frozen=True, slots=True)
class _Described:
    """A model on some effects, as draws are read and completed by it.

    `errors` are the sampling errors as the bias lets the estimates have them, `bonds` what is left
    of them given what was sampled, and what ties estimates together besides; `names` the PyMC
    variables of the coefficients. Where true effects
    are normal given the parameters, correlated errors are integrated out of all that is drawn back;
    elsewhere the part that estimates have in common was sampled, and all is said given it.
    """

    model: Model
    layout: Layout
    population: Population
    effects: Effects
    errors: Errors
    bonds: Bonds
    names: tuple[str, ...]
    seed: int

    def nothing_common(self, shape: tuple[int, ...]) -> Array:
        """Give zeros (chain, draw, k): the common part of errors that were integrated out."""
        return np.zeros((*shape, self.effects.k))

    def refuse_selection(self, model: Model) -> None:
        """Refuse to let correlated estimates come to light one by one."""
        if not (self.errors.independent and self.bonds.ties.none):
            model.bias.refuse_selection(
                "A fit of estimates that share participants",
                instead="Keep one estimate of each study, or take bias.Nothing().",
            )

    def forms(self, model: "pymc.Model") -> Forms:
        """Choose the parametrisation of the levels."""
        filled = (part for part in self.layout.parts if part.labels)
        pairs = zip(self.names, filled, strict=True)
        parts = {f"{name}_unit": part for name, part in pairs if part.scales}
        strong = informed(parts, self.population, replace(self.effects, v=self.errors.v))
        return Forms(model, strong, housing(parts))

    def judged(self, run: Run) -> SampledPosterior:
        """Draw the true effects back and hold the draws against the gate."""
        first = self.posterior(self._draws(run), xr.Dataset(attrs={"faults": ""}))
        summary = first.summary(0.95)
        varying = summary[summary["sd"] != 0.0]  # a verdict may be certain: 0 or 1 in every draw
        found = faults(varying, divergences=run.divergences, bfmi=run.bfmi)
        rough = loose(*first.reported())
        attrs = {
            "faults": "\n".join((*found, *rough)),
            "imprecise": int(bool(rough) and not found),
            "divergences": run.divergences,
            "bfmi": run.bfmi,
        }
        return replace(first, quality=xr.Dataset(attrs=attrs))

    def posterior(self, draws: Draws, quality: xr.Dataset) -> SampledPosterior:
        """Give draws the questions of a posterior."""
        return SampledPosterior(
            self.layout, self.population, draws, self.effects, self.seed, quality, self.bonds,
            self.model.likelihood,
        )  # fmt: skip

    def completed(self, draws: Draws, common: Array) -> Draws:
        """Add what follows from the parameters: derived quantities and verdicts on the trials."""
        shape = draws.beta.shape[:2]
        point = _flat(draws.hypers)
        residual = self._residual(draws.beta, common, point)
        v = self.bonds.errors.v
        if self.model.likelihood.by_curves:  # true effects are parameters, known in each draw
            away = draws.theta - self.layout.true(draws.beta, draws.hypers)
            residual, v = away.reshape(-1, self.effects.k), _KNOWN * v
        derived = self.population.derived(point)
        verdicts = dict(self.population.verdicts(residual, v, point=point))
        if self.bonds.errors is not self.errors:
            verdicts[COMMON] = common
        return replace(
            draws,
            derived={name: values.reshape(shape) for name, values in derived.items()},
            verdicts={name: values.reshape(*shape, -1) for name, values in verdicts.items()},
        )

    def _draws(self, run: Run) -> Draws:
        """Complete the draws: what was integrated out is drawn back from its conditional."""
        shape = run.posterior["mu"].shape
        columns = [run.posterior[name].to_numpy().reshape(*shape, -1) for name in self.names]
        beta = np.concatenate(columns, axis=-1)
        hypers = self.layout.read_hypers(run.posterior)
        beta = self.layout.completed(beta, hypers)
        common = self._common(run.posterior, shape)
        if self.model.likelihood.by_curves:
            theta, log_likelihood = self._sampled_effects(run.posterior, beta, _flat(hypers))
        else:
            theta, log_likelihood = self._true_effects(beta, _flat(hypers), common)
        theta, log_likelihood = theta.reshape(*shape, -1), log_likelihood.reshape(*shape, -1)
        return self.completed(Draws(hypers, beta, theta, log_likelihood), common)

    def _common(self, posterior: xr.Dataset, shape: tuple[int, ...]) -> Array:
        """Read off what estimates have in common, (chain, draw, k); zero if integrated out."""
        if self.bonds.errors is self.errors:
            return self.nothing_common(shape)
        _, loads = split(self.errors.used, self.errors.v)
        return posterior[SHARED_ERRORS].to_numpy().reshape(*shape, -1) @ loads.T

    def _sampled_effects(
        self, posterior: xr.Dataset, beta: Array, point: Point
    ) -> tuple[Array, Array]:
        """Read off true effects that were sampled, and integrate them out of the likelihood."""
        flat = beta.reshape(-1, beta.shape[-1])
        seen, true = self.layout.seen(flat, point), self.layout.true(flat, point)
        counted = np.isfinite(self.errors.v)
        rng = np.random.default_rng([self.seed, 3])
        h = self.population.draw(point, seen.shape, rng)  # of those that do not count, nothing else
        found = seen + np.sqrt(h) * rng.standard_normal(seen.shape)
        found[:, counted] = posterior["theta"].to_numpy().reshape(len(seen), -1)
        widths = np.where(counted, self.effects.v, 1.0)
        curves = self.model.likelihood.curves(replace(self.effects, v=widths))
        log_mass = log_masses(curves, self.population, eta=seen, point=point)
        return found - seen + true, np.where(counted, log_mass, 0.0)

    def _true_effects(self, beta: Array, point: Point, common: Array) -> tuple[Array, Array]:
        """Draw true effects given all else, with the log density of each estimate."""
        rng = np.random.default_rng([self.seed, 3])
        residual = self._residual(beta, common, point)
        eta, v = self.layout.true(beta.reshape(len(residual), -1), point), self.bonds.errors.v
        h = self.population.attributed(residual, v, point=point, rng=rng)
        joint = Joint(self.bonds, h, point)
        theta = eta + joint.true(residual, rng)
        if self.population.normal:
            return theta, joint.log_density(residual)
        return theta, self.population.log_density(residual, v, point=point)

    def _residual(self, beta: Array, common: Array, point: Point) -> Array:
        seen = self.layout.seen(beta.reshape(-1, beta.shape[-1]), point)
        return self.effects.y - seen - common.reshape(len(seen), -1)


def _described(model: Model, effects: Effects, seed: int) -> _Described:
    """Read a model once: its parts, scatter, errors and ties, on the effects it weighs."""
    parts = blocks(model, effects)
    population = model.heterogeneity.population(effects)
    pairs = zip(parts, coefficient_names(model, effects), strict=True)
    names = tuple(name for part, name in pairs if part.labels)
    trusted = weighed(model, effects)
    errors = Errors.of(trusted.v, effects.shared)
    integrated = population.normal or errors.independent
    own = errors if integrated else Errors.of(split(errors.used, errors.v)[0])
    bonds = Bonds(own, Ties(population.ties, model.likelihood.ties(trusted)))
    layout = Layout(parts, all_hypers(model, effects))
    return _Described(model, layout, population, effects, errors, bonds, names, seed)


def _flat(hypers: Mapping[str, Array]) -> dict[str, Array]:
    return {name: values.ravel() for name, values in hypers.items()}


def _refuse_improper(layout: Layout) -> None:
    """Refuse improper priors of scales, under which a sampler may drift without a sign."""
    bad = [hyper.name for hyper in layout.hypers if not hyper.prior.proper]
    if bad:
        raise ModelError(
            f"engines.Nuts needs proper priors on standard deviations; {', '.join(bad)} has an "
            "improper one. Use engines.Exact(), or a proper prior such as HalfNormal."
        )
