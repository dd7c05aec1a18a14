"""Reviews drawn from a model: parameters from their priors, estimates from the parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from consilience.effects import Effects
from consilience.engines.tree import Layout
from consilience.errors import ModelError
from consilience.gaussian import Array, Bonds, Errors, Hyper, Population, Ties
from consilience.likelihoods import Likelihood
from consilience.model import Model, all_hypers, blocks, resolve, weighed

_PILOTS = 201


@dataclass(frozen=True, slots=True)
class Simulated:
    """A simulated review.

    Parameters
    ----------
    truth : mapping of str to float
        The parameters that it was drawn from, by their row names in summaries.
    y : array (k,)
        The estimates.
    theta : array (k,)
        The true effects.
    effects : Effects
        The trials with what was drawn in the place of what was found.
    """

    truth: Mapping[str, float]
    y: Array
    theta: Array
    effects: Effects


@dataclass(frozen=True, slots=True)
class Simulator:
    """Draws reviews from a model on the design of some trials.

    φ ~ priors, β ~ priors × scales, hᵢ ~ heterogeneity(φ), θᵢ ~ N(ηᵢ, hᵢ),
    y ~ N(θ + bias, V), with V as the bias lets it be. It asks the model's parts themselves,
    and no engine, so that an engine's fault cannot hide in it.

    Parameters
    ----------
    layout : Layout
        The model's parameters.
    population : Population
        How true effects scatter: a mixture of normals.
    bonds : Bonds
        Sampling errors, and what ties estimates to one another.
    likelihood : Likelihood
        How the data of arms arise, where they are modelled.
    effects : Effects
        The design.
    """

    layout: Layout
    population: Population
    bonds: Bonds
    likelihood: Likelihood
    effects: Effects

    @property
    def names(self) -> tuple[str, ...]:
        """Row names of all parameters: coefficients, then hyperparameters."""
        return (*self.layout.labels, *(hyper.name for hyper in self.layout.hypers))

    def draw(self, rng: np.random.Generator) -> Simulated:
        """Draw one review."""
        hypers = {hyper.name: _one(hyper, rng) for hyper in self.layout.hypers}
        beta = self.layout.completed(self._coefficients(hypers, rng), _scalars(hypers))
        point = {name: np.array([value]) for name, value in hypers.items()}
        spread = self.population.draw(point, (1, len(self.bonds.errors.v)), rng)
        (deviation,), (error,) = self.bonds.draw(spread, point, rng)
        truth = dict(zip(self.layout.labels, beta.tolist(), strict=True)) | hypers
        theta = self.layout.true(beta, _scalars(hypers)) + deviation
        seen = self.layout.seen(beta, _scalars(hypers)) + deviation
        if self.likelihood.by_curves:
            drawn = self.likelihood.drawn(seen, hypers, effects=self.effects, rng=rng)
            return Simulated(truth, drawn.y, theta, drawn)
        return Simulated(truth, seen + error, theta, replace(self.effects, y=seen + error))

    def directions(self, y: Array, typical: float) -> dict[str, bool]:
        """Say for each parameter which way these estimates, taken alone, point.

        Parameters
        ----------
        y : array (k,)
            Estimates.
        typical : float
            What `excess` comes to in half of all simulated reviews.

        Returns
        -------
        dict of str to bool
            For a coefficient whether the estimates correlate with its column, for a
            hyperparameter whether they scatter more than is typical.
        """
        medians = {hyper.name: float(hyper.prior.ppf(0.5)) for hyper in self.layout.hypers}
        centre = self.layout.seen(self._centre, _scalars(medians))
        ones = np.ones((len(y), 1))  # of a mean that follows from a curve
        columns = np.hstack([ones if p.implied else p.matrix for p in self.layout.parts])
        scores = columns.T @ ((y - centre) / self.bonds.errors.v)
        found = dict(zip(self.layout.labels, (scores > 0.0).tolist(), strict=True))
        wide = self.excess(y) > typical
        return found | {hyper.name: wide for hyper in self.layout.hypers}

    def excess(self, y: Array) -> float:
        """Cochran's Q of the estimates: Σ (yᵢ − ȳ)²/vᵢ about their weighted mean."""
        weights = 1.0 / self.bonds.errors.v
        return float(weights @ (y - weights @ y / weights.sum()) ** 2)

    def typical_excess(self, seed: int) -> float:
        """Median of `excess` over reviews of their own, which depend on the seed alone."""
        rng = np.random.default_rng([seed])
        return float(np.median([self.excess(self.draw(rng).y) for _ in range(_PILOTS)]))

    @property
    def _centre(self) -> Array:
        medians = [float(part.prior.ppf(0.5)) for part in self.layout.parts for _ in part.labels]
        scaled = [bool(part.scales) for part in self.layout.parts for _ in part.labels]
        return np.where(scaled, 0.0, medians)

    def _coefficients(self, hypers: Mapping[str, float], rng: np.random.Generator) -> Array:
        """Draw coefficients from their priors, those of a level on its drawn scale."""
        columns = [
            part.prior.ppf(rng.random(len(part.labels)))
            * (hypers[part.scales[0].name] if part.scales else 1.0)
            for part in self.layout.parts
        ]
        return np.concatenate(columns)


def simulator(model: Model, effects: Effects) -> Simulator:
    """Prepare to draw reviews from a model.

    Parameters
    ----------
    model : Model
        A model whose priors are all proper.
    effects : Effects
        Gives the sampling variances and the moderators; its estimates are not used.

    Raises
    ------
    ModelError
        If a prior is improper, so that nothing can be drawn from it, or a trial does not count.
    RefusalError
        If the likelihood is not normal, or the bias selects which estimates come to light.
    """
    concrete = resolve(model, effects)
    concrete.bias.refuse_selection(
        "Calibration", instead="Calibrate the model with bias.Nothing()."
    )
    parts = blocks(concrete, effects)
    trusted = weighed(concrete, effects)
    population = concrete.heterogeneity.population(effects)
    ties = Ties(population.ties, concrete.likelihood.ties(trusted))
    bonds = Bonds(_errors(concrete, trusted), ties)
    layout = Layout(parts, all_hypers(concrete, effects))
    found = Simulator(layout, population, bonds, concrete.likelihood, effects)
    _refuse_improper(found.layout)
    _refuse_uncounted(bonds.errors.v)
    return found


def _scalars(values: Mapping[str, float]) -> dict[str, Array]:
    return {name: np.asarray(value) for name, value in values.items()}


def _errors(model: Model, trusted: Effects) -> Errors:
    """Give the sampling errors of the estimates; of arms' data only for which way they point."""
    if model.likelihood.by_curves:
        return Errors.of(trusted.v)
    observed = model.likelihood.observed(trusted)
    return Errors.of(observed.v, observed.shared)


def _one(hyper: Hyper, rng: np.random.Generator) -> float:
    return float(hyper.prior.ppf(rng.random()))


def _refuse_improper(layout: Layout) -> None:
    """Refuse improper priors of any parameter: nothing can be drawn from them."""
    improper = [hyper.name for hyper in layout.hypers if not hyper.prior.proper]
    improper += [part.variable for part in layout.parts if part.labels and not part.prior.proper]
    if improper:
        raise ModelError(
            f"Calibration draws parameters from their priors, and that of {', '.join(improper)} is "
            "improper. Give mu and every standard deviation a proper prior."
        )


def _refuse_uncounted(v: Array) -> None:
    if not np.isfinite(v).all():
        raise ModelError(
            f"{int(np.isinf(v).sum())} of {len(v)} trials have a weight of 0, and what they would "
            "show cannot be simulated. Leave them out of the effects, or give them a weight."
        )
