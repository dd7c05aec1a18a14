"""Mixtures of normals: every marginal of a Gaussian model given its nodes."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from consilience.gaussian import Array

_STEPS = 200
_TINY = 1e-300
_ROOT_2PI = float(np.sqrt(2.0 * np.pi))


@dataclass(frozen=True, slots=True)
class Mixture:
    """Several mixtures over the same nodes: pⱼ(x) = Σₙ wₙ N(x; mₙⱼ, sₙⱼ²).

    Parameters
    ----------
    weights : array (nodes,) or (nodes, q)
        Posterior mass of each node; they add up to 1 for every quantity.
    means, sds : array (nodes, q)
        Conditional moments of each of the q quantities.
    """

    weights: Array
    means: Array
    sds: Array

    def mean(self) -> Array:
        """Means, shape (q,)."""
        return self._average(self.means)

    def sd(self) -> Array:
        """Give standard deviations, shape (q,): within nodes plus between nodes."""
        between = (self.means - self.mean()) ** 2
        return np.sqrt(self._average(self.sds**2 + between))

    def density(self, x: Array) -> Array:
        """Densities at x (q,), one point for each quantity."""
        z = (x - self.means) / self._positive
        return self._average(np.exp(-0.5 * z**2) / (self._positive * _ROOT_2PI))

    def cdf(self, x: Array) -> Array:
        """Distribution functions at x (q,), one point for each quantity."""
        return self._average(ndtr((x - self.means) / self._positive))

    def survival(self, x: Array) -> Array:
        """P(quantity > x) at x (q,), without cancellation in the upper tail."""
        return self._average(ndtr((self.means - x) / self._positive))

    def quantile(self, q: float) -> Array:
        """Quantiles (q,) by Newton's method kept inside a shrinking bracket, to 1e-13 of its size.

        The lowest and the highest of the nodes' own quantiles bracket the mixture's.
        """
        own = self.means + self._positive * ndtri(q)
        lower, upper = own.min(axis=0), own.max(axis=0)
        sd = self.sd()
        x = np.clip(self.mean() + ndtri(q) * sd, lower, upper)
        tolerance = 1e-13 * (sd + np.abs(x))
        for _ in range(_STEPS):
            excess = self.cdf(x) - q
            lower, upper = np.where(excess < 0, x, lower), np.where(excess > 0, x, upper)
            step = x - excess / np.maximum(self.density(x), _TINY)
            following = np.where((step > lower) & (step < upper), step, (lower + upper) / 2.0)
            done, x = np.all(np.abs(following - x) <= tolerance), following
            if done:
                break
        return x

    def _average(self, values: Array) -> Array:
        if self.weights.ndim == 1:
            return self.weights @ values
        return np.sum(self.weights * values, axis=0)

    @property
    def _positive(self) -> Array:
        return np.maximum(self.sds, _TINY)
