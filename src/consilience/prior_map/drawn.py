"""P(μ > threshold) under other normal priors of mu, from draws; and how far it can be trusted."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from consilience.engines.nuts.posterior import SampledPosterior
from consilience.gaussian import Array
from consilience.prior_map.normals import Normals
from consilience.prior_map.reweighted import pareto_k

_AT_ONCE = 200_000


@dataclass(frozen=True)
class Drawn:
    """Draws of mu under one prior, weighed by π(μ)/π₀(μ) for another.

    The weights are as they are, not smoothed: with them the probability rises with the location of
    the prior, without steps.

    Parameters
    ----------
    posterior : SampledPosterior
        The draws.
    threshold : float
        What μ must exceed.
    """

    posterior: SampledPosterior
    threshold: float

    def at(self, locations: Array, scales: Array) -> tuple[Array, Array]:
        """Give P(μ > threshold) under priors (q,), and its derivative by the location.

        The derivative is Cov(1[μ > threshold], μ)/s² over the weighed draws.
        """
        count = max(1, _AT_ONCE // len(self._mu))
        cuts = range(0, len(locations), count)
        parts = [self._at(locations[i : i + count], scales[i : i + count]) for i in cuts]
        p, slope = (np.concatenate(each) for each in zip(*parts, strict=True))
        return p, slope

    def error(self, location: float, scale: float) -> float:
        """Give the Monte Carlo standard error of the location at which that probability stands.

        By the delta method, with the autocorrelation of the draws: the error of P over its
        derivative.
        """
        from arviz_stats.base import array_stats

        priors = Normals(np.array([location]), np.array([scale]))
        weights = self._weights(priors)[0]
        p, slope = self.at(priors.location, priors.scale)
        pulls = len(weights) * weights * (self._above - p)
        by_chain = pulls.reshape(self.posterior.draws.beta.shape[:2])
        wrong = array_stats.mcse(by_chain, chain_axis=0, draw_axis=1, method="mean")
        return float(wrong) / float(slope[0])

    def pareto_k(self, location: float, scale: float) -> float:
        """Give the Pareto k of the weights for a prior."""
        prior = Normals(np.array([location]), np.array([scale]))
        return float(pareto_k(prior.log_density(self._mu[None, :]) - self._held)[0])

    @cached_property
    def _mu(self) -> Array:
        return self.posterior.draws.beta[..., 0].ravel()

    @cached_property
    def _held(self) -> Array:
        return self.posterior.layout.parts[0].prior.logpdf(self._mu)

    @cached_property
    def _above(self) -> Array:
        return (self._mu > self.threshold).astype(float)

    def _weights(self, priors: Normals) -> Array:
        logs = priors.log_density(self._mu[None, :]) - self._held
        weights = np.exp(logs - logs.max(axis=1, keepdims=True))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))

    def _at(self, locations: Array, scales: Array) -> tuple[Array, Array]:
        weights = self._weights(Normals(locations, scales))
        p, mean = weights @ self._above, weights @ self._mu
        return p, (weights @ (self._above * self._mu) - p * mean) / scales**2
