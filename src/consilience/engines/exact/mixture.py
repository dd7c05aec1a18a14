"""Mixtures of normals: every marginal of a Gaussian model given its nodes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from consilience.gaussian import Array

if TYPE_CHECKING:
    from consilience.engines.exact.normals import Normals

_STEPS = 200
_CLOSE = 1e-5
_FAR = 1e3  # SDs from where a normal density is zero; its square is still a number
_ROUNDED = 1e-15
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
        z = self._standardised(x)
        return self._average(np.exp(-0.5 * z**2) / (self._positive * _ROOT_2PI))

    def log_density(self, x: Array) -> Array:
        """Give the logarithms of the densities at x (q,), without underflow far out."""
        logs = -0.5 * ((x - self.means) / self._positive) ** 2 - np.log(self._positive)
        peak = logs.max(axis=0)
        return peak + np.log(self._average(np.exp(logs - peak)) / _ROOT_2PI)

    def slope(self, x: Array) -> Array:
        """Give the derivatives of the densities at x (q,)."""
        z = self._standardised(x)
        return -self._average(z * np.exp(-0.5 * z**2) / (self._positive**2 * _ROOT_2PI))

    def cdf(self, x: Array) -> Array:
        """Distribution functions at x (q,), one point for each quantity."""
        return self._average(ndtr((x - self.means) / self._positive))

    def survival(self, x: Array) -> Array:
        """P(quantity > x) at x (q,), without cancellation in the upper tail."""
        return self._average(ndtr((self.means - x) / self._positive))

    def quantile(self, q: float) -> Array:
        """Quantiles (q,) by Halley's method kept inside a shrinking bracket, to 1e-12.

        The lowest and the highest of the nodes' own quantiles bracket the mixture's. A step from
        where the probability is right to 1e-5 leaves the third power of that. Quantities that are
        found are not looked at again.
        """
        return self.quantiles(np.array([q]))[0]

    def quantiles(self, probabilities: Array) -> Array:
        """Give several quantiles of each quantity, (p, q)."""
        normals, mean, sd = self._laid_out(), self.mean(), self.sd()
        found = np.empty((len(probabilities), len(mean)))
        for place, q in enumerate(probabilities.tolist()):
            own = self.means + self._positive * ndtri(q)
            ends = np.stack([own.min(axis=0), own.max(axis=0)])
            found[place] = _settled(normals, q, np.clip(mean + ndtri(q) * sd, *ends), ends=ends)
        return found

    def curves(self, x: Array) -> tuple[Array, Array]:
        """Give densities and distribution functions at many points (p, q) of each quantity."""
        from consilience.engines.exact.normals import looked

        normals, every = self._laid_out(), np.arange(x.shape[1])
        seen = np.stack([looked(normals, every, row) for row in np.ascontiguousarray(x)])
        return seen[:, 1], seen[:, 0]

    def _laid_out(self) -> "Normals":
        from consilience.engines.exact.normals import laid_out

        return laid_out(self.weights, self.means, self.sds)

    def only(self, places: NDArray[np.intp]) -> "Mixture":
        """Give the mixtures of some of the quantities."""
        if np.array_equal(places, np.arange(self.means.shape[1])):
            return self
        weights = self.weights if self.weights.ndim == 1 else self.weights[:, places]
        return Mixture(weights, self.means[:, places], self.sds[:, places])

    def _standardised(self, x: Array) -> Array:
        return np.clip((x - self.means) / self._positive, -_FAR, _FAR)

    def _average(self, values: Array) -> Array:
        if self.weights.ndim == 1:
            return self.weights @ values
        return np.sum(self.weights * values, axis=0)

    @property
    def _positive(self) -> Array:
        return np.maximum(self.sds, _TINY)


def _settled(normals: "Normals", q: float, x: Array, *, ends: Array) -> Array:
    """Step from x until the quantiles are found."""
    from consilience.engines.exact.normals import looked

    missing = np.arange(len(x))
    for _ in range(_STEPS):
        seen = looked(normals, missing, x[missing])
        x[missing], ends[:, missing], done = _nearer(x[missing], q, ends[:, missing], seen=seen)
        missing = missing[~done]
        if not missing.size:
            break
    return x


def _nearer(
    x: Array, q: float, ends: Array, *, seen: Array
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Take a step towards the quantiles, shrink their brackets, and say which are found."""
    excess, density, slope = seen[0] - q, np.maximum(seen[1], _TINY), seen[2]
    lower, upper = np.where(excess < 0, x, ends[0]), np.where(excess > 0, x, ends[1])
    newton = excess / density
    following = x - newton / np.maximum(1.0 - 0.5 * newton * slope / density, 0.5)
    inside = (following >= lower) & (following <= upper)
    near = inside & (np.abs(excess) <= _CLOSE * min(q, 1.0 - q))
    narrow = upper - lower <= _ROUNDED * np.abs(x)
    chosen = np.where(inside, following, (lower + upper) / 2.0)
    return chosen, np.stack([lower, upper]), near | narrow


def side_by_side(parts: list[Mixture]) -> Mixture:
    """Put mixtures beside each other; where the nodes are not the same, those missing weigh 0.

    Parameters
    ----------
    parts : list of Mixture
        At least one.
    """
    first = parts[0].weights
    if all(np.array_equal(part.weights, first) for part in parts) and first.ndim == 1:
        alike = ([part.means for part in parts], [part.sds for part in parts])
        return Mixture(first, *(np.hstack(each) for each in alike))
    most = max(len(part.means) for part in parts)
    return Mixture(
        np.hstack([_longer(wide(part), most, np.zeros(1)) for part in parts]),
        np.hstack([_longer(part.means, most, part.means[-1]) for part in parts]),
        np.hstack([_longer(part.sds, most, part.sds[-1]) for part in parts]),
    )


def wide(part: Mixture) -> Array:
    """Give each quantity weights of its own, (nodes, q)."""
    if part.weights.ndim == 2:
        return part.weights
    return np.repeat(part.weights[:, None], part.means.shape[1], axis=1)


def _longer(values: Array, count: int, row: Array) -> Array:
    """Repeat a row behind the others until there are so many."""
    behind = np.broadcast_to(row, (count - len(values), values.shape[1]))
    return np.concatenate([values, behind])
