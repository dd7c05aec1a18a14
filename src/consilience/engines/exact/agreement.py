"""How far two rules disagree about anything that is asked of a posterior."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from consilience.engines.exact.profile import gap
from consilience.gaussian import Array

if TYPE_CHECKING:
    from consilience.engines.exact.rule import Rule

_LOOSER = {1: 0.1, 2: 0.03, 3: 0.03}  # one axis costs next to nothing
_SDS = np.array([-5.0, -2.5, 2.5, 5.0])
_SEEN = 1e-12


@dataclass(frozen=True, slots=True)
class Disagreement:
    """How far two rules differ.

    Parameters
    ----------
    moments : float
        Largest relative difference in evidence, means (per SD) and SDs, and a share of that in
        tail probabilities of the coefficients; infinite for no numbers.
    along : tuple of float
        A share (a tenth, with several axes a thirtieth) of the largest difference in the
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

    def behind(self, wanted: float) -> tuple[bool, ...]:
        """Say which axes need more nodes: all, if any moment does."""
        return tuple(self.moments > wanted or gap > wanted for gap in self.along)

    def settled(self, wanted: float) -> float:
        """Give the largest difference that is small enough not to be looked at again."""
        small = (part for part in (self.moments, *self.along) if part <= wanted)
        return max(small, default=0.0)


def disagreement(coarse: "Rule", fine: "Rule") -> Disagreement:
    """Compare two rules."""
    looser = _LOOSER[len(fine.panels)]
    (mean_a, sd_a), (mean_b, sd_b) = _moments(coarse), _moments(fine)
    sizes = np.where(sd_b > 0, sd_b, 1.0)
    at = _out(fine)
    tails = np.abs(_below(coarse, at) - _below(fine, at))
    parts = (
        np.abs(np.expm1(coarse.log_evidence - fine.log_evidence)),
        np.max(np.abs(mean_a - mean_b) / sizes, initial=0.0),
        np.max(np.abs(sd_a - sd_b) / sizes, initial=0.0),
        looser * np.max(tails, initial=0.0),
    )
    worst = float(max(parts)) if np.all(np.isfinite(parts)) else np.inf
    gaps = (gap(coarse, fine, place) for place in range(len(fine.panels)))
    return Disagreement(worst, tuple(looser * float(np.max(np.abs(each))) for each in gaps))


def _out(rule: "Rule") -> Array:
    """Give points in the tails of every coefficient, (points, m), seen from the heaviest node."""
    heaviest = int(rule.weights.argmax())
    sd = np.sqrt(rule.conditional.variance[heaviest])
    return rule.conditional.mean[heaviest] + _SDS[:, None] * sd


def _below(rule: "Rule", at: Array) -> Array:
    """P(coefficient < point), (points, m)."""
    seen = rule.weights > _SEEN
    sds = np.sqrt(rule.conditional.variance[seen])
    means, weights = rule.conditional.mean[seen], rule.weights[seen]
    return np.matmul(weights, ndtr((at[:, None, :] - means) / sds))


def _moments(rule: "Rule") -> tuple[Array, Array]:
    """Means and SDs of all parameters; of φ/(|φ| + scale) where the variance does not exist."""
    beta = rule.conditional
    if rule.moments < 2:
        scales = np.array([coordinate.scale for coordinate in rule.coordinates])
        bounded = rule.phi / (np.abs(rule.phi) + scales)
        mean = rule.weights @ bounded
        return mean, np.sqrt(rule.weights @ (bounded - mean) ** 2)
    parts = (_mixed(rule, beta.mean), _mixed(rule, rule.phi))
    within = rule.weights @ beta.variance
    mean, between = (np.concatenate(each) for each in zip(*parts, strict=True))
    within = np.concatenate([within, np.zeros(rule.phi.shape[1])])
    return mean, np.sqrt(between + within)


def _mixed(rule: "Rule", values: Array) -> tuple[Array, Array]:
    """Mean and variance between the nodes of values (nodes, m)."""
    mean = rule.weights @ values
    return mean, rule.weights @ (values - mean) ** 2
