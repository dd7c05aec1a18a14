"""How far two rules disagree about anything that is asked of a posterior."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from consilience.engines.exact.profile import gap
from consilience.gaussian import Array

if TYPE_CHECKING:
    from consilience.engines.exact.rule import Rule
    from consilience.engines.exact.sums import Mixed

_LOOSER = {1: 0.3, 2: 0.03, 3: 0.03, 4: 0.03}  # one axis costs next to nothing
_SDS = np.array([-5.0, -2.5, 2.5, 5.0])
_FAR = 10.0  # so many times what is wanted: one rung more will not do


@dataclass(frozen=True, slots=True)
class Disagreement:
    """How far two rules differ.

    Parameters
    ----------
    moments : float
        Largest relative difference in evidence, means (per SD) and SDs, and a share of that in
        tail probabilities of the coefficients; infinite for no numbers.
    along : tuple of float
        A share (a third, with several axes a thirtieth) of the largest difference in the
        distribution function of each hyperparameter. Quantiles come from densities interpolated
        between the nodes, which may need more of them than the moments do; of two interpolants
        the finer is better by more than that.
    """

    moments: float
    along: tuple[float, ...]

    @property
    def worst(self) -> float:
        """The largest of all."""
        return max(self.moments, *self.along)

    def behind(self, wanted: float) -> tuple[int, ...]:
        """Say how many rungs each axis has to climb: all have, if moments differ."""
        least = int(self.moments > wanted)
        return tuple(max(least, _rungs(gap / wanted)) for gap in self.along)

    def settled(self, wanted: float) -> float:
        """Give the largest difference that is small enough not to be looked at again."""
        small = (part for part in (self.moments, *self.along) if part <= wanted)
        return max(small, default=0.0)


def _rungs(excess: float) -> int:
    return int(excess > 1.0) + int(excess > _FAR)


def looser(axes: int) -> float:
    """Give the share of differences in distribution functions that counts."""
    return _LOOSER[axes]


def disagreement(coarse: "Rule", fine: "Rule", *, close: float) -> Disagreement:
    """Compare two rules; tail probabilities only if all else is close, for they cost the most."""
    share = looser(len(fine.panels))
    about, sizes = _heaviest(fine)
    gaps = (gap(coarse, fine, place) for place in range(len(fine.panels)))
    along = tuple(share * float(np.max(np.abs(each))) for each in gaps)
    apart = _apart(coarse, fine, about=about)
    if max(apart, *along) <= close:
        at = about + _SDS[:, None] * sizes
        tails = np.abs(_below(coarse, at) - _below(fine, at))
        apart = max(apart, share * float(np.max(tails, initial=0.0)))
    return Disagreement(apart if np.isfinite(apart) else np.inf, along)


def _apart(coarse: "Rule", fine: "Rule", *, about: Array) -> float:
    """Compare evidence, means and SDs."""
    (mean_a, sd_a), (mean_b, sd_b) = (_moments(rule, about) for rule in (coarse, fine))
    sizes = np.where(sd_b > 0, sd_b, 1.0)
    evidence = np.abs(np.expm1(coarse.log_evidence - fine.log_evidence))
    parts = (evidence, *(np.abs(mean_a - mean_b) / sizes), *(np.abs(sd_a - sd_b) / sizes))
    return float(np.max(parts))


def _heaviest(rule: "Rule") -> tuple[Array, Array]:
    """Give conditional means and SDs of the coefficients at the heaviest node."""
    heaviest, given = int(rule.weights.argmax()), rule.conditional
    return given.mean[heaviest], np.sqrt(given.variance[heaviest])


def _below(rule: "Rule", at: Array) -> Array:
    from consilience.engines.exact.sums import below

    return below(_mixed(rule), at)


def _mixed(rule: "Rule") -> "Mixed":
    from consilience.engines.exact.sums import Mixed

    return Mixed(rule.weights, rule.conditional.mean, rule.conditional.variance)


def _moments(rule: "Rule", about: Array) -> tuple[Array, Array]:
    """Means and SDs of all parameters; of φ/(|φ| + scale) where the variance does not exist."""
    if rule.moments < 2:
        scales = np.array([coordinate.scale for coordinate in rule.coordinates])
        return _of(rule.weights, rule.phi / (np.abs(rule.phi) + scales))
    from consilience.engines.exact.sums import summed

    found, hypers = summed(_mixed(rule), about), _of(rule.weights, rule.phi)
    both = (found.mean, np.sqrt(found.variance)), hypers
    mean, sd = (np.concatenate(each) for each in zip(*both, strict=True))
    return mean, sd


def _of(weights: Array, values: Array) -> tuple[Array, Array]:
    """Mean and SD of values (nodes, d)."""
    mean = weights @ values
    return mean, np.sqrt(weights @ (values - mean) ** 2)
