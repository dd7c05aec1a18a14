"""The posterior of a model with a population of baselines."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consilience.effects import Effects
from consilience.engines.exact.marginals import HyperMarginal
from consilience.engines.exact.rule import Rule
from consilience.engines.integrated.along import Where, marginal
from consilience.engines.integrated.laying import narrowest
from consilience.engines.integrated.parted import Parted
from consilience.engines.integrated.populated import Nodes, Populated
from consilience.engines.integrated.posterior import IntegratedPosterior
from consilience.engines.integrated.scattered import Scattered
from consilience.engines.integrated.solving import Solved
from consilience.gaussian import Array
from consilience.likelihoods import Likelihood

_HEAVY = 1e-15


class _Seen(NamedTuple):
    """The nodes that carry mass."""

    places: NDArray[np.intp]
    weights: Array
    nodes: Nodes


@dataclass(frozen=True)
class PopulatedPosterior(IntegratedPosterior):
    """See `IntegratedPosterior`; of the many nodes of four axes only those with mass are asked.

    Parameters
    ----------
    frame, integrated, effects, seed, chains, draws, likelihood
        As there.
    """

    frame: Parted

    @property
    def form(self) -> Populated:
        """See `IntegratedPosterior.form`."""
        return self.frame.whole

    def within(self) -> Array:
        """See `IntegratedPosterior.within`."""
        seen = self._heavy
        masses = np.stack([self.form.heard(seen.nodes, i) for i in range(self.effects.k)], axis=1)
        top = masses.max(axis=0)
        return np.asarray(top + np.log(seen.weights @ np.exp(masses - top)))

    @cached_property
    def _heavy(self) -> _Seen:
        rule = self.integrated.rule
        places = np.flatnonzero(rule.weights > _HEAVY)
        weights = rule.weights[places] / rule.weights[places].sum()
        return _Seen(places, weights, self.form.nodes(rule.phi[places]))

    def _true_effect(self, place: int) -> HyperMarginal:
        """Give the marginal of θᵢ: given each node N(θ; η, h) ℓᵢ(θ; m, s)/Lᵢ."""
        rule = self.integrated.rule
        density = Scattered.of(self.frame, rule, place)
        return marginal(density, self._where(rule, place), moments=2)

    def _where(self, rule: Rule, place: int) -> Where:
        """Say about where a true effect lies."""
        seen, m = self._heavy, self.form.W.shape[1]
        own = self.form.moments(seen.nodes, place)
        mean = float(seen.weights @ own.mean)
        sd = float(np.sqrt(seen.weights @ (own.variance + (own.mean - mean) ** 2)))
        first, second = np.full(len(rule.weights), mean), np.zeros(len(rule.weights))
        first[seen.places], second[seen.places] = own.mean, own.variance
        return Where(mean, sd, *narrowest(rule, first, second, m=m))


def posterior_of(
    found: Solved, effects: Effects, *, drawing: tuple[int, int, int], likelihood: Likelihood
) -> IntegratedPosterior:
    """Put the posterior of a model of curves together.

    Parameters
    ----------
    found : Solved
        The axes and the rule.
    effects : Effects
        The trials.
    drawing : tuple of int
        Seed, chains and draws.
    likelihood : Likelihood
        What the curves are those of.
    """
    kind = PopulatedPosterior if found.frame.whole.populated else IntegratedPosterior
    return kind(*found, effects, *drawing, likelihood)  # type: ignore[arg-type]
