"""Whether prior and data disagree."""

import numpy as np
from scipy.special import ndtr

from consilience.effects import Effects
from consilience.engines.base import Posterior
from consilience.gaussian import Array, Block, Bonds, Errors

_POINTS = 512
_NEGLIGIBLE = 1e-6


def prior_tail(posterior: Posterior, effects: Effects) -> tuple[float, float]:
    """Prior predictive tail probability of the precision-weighted mean.

    With a = V⁻¹1/(1'V⁻¹1): a'y | φ ~ N(a'Wb, a'(V + H(φ))a + Σⱼ (a'Wⱼ)² sⱼ² φ₍ⱼ₎²), averaged over
    the prior of φ at evenly spread quantiles.

    Returns
    -------
    tail : float
        Two-sided; nan where a prior is improper or not normal.
    mean : float
        The precision-weighted mean of the effects.

    References
    ----------
    Box (1980), doi:10.2307/2982063.
    """
    errors = Errors.of(effects.v, effects.shared)
    a = errors.weights() / np.sum(errors.weights())
    mean = float(a @ effects.y)
    hypers = posterior.layout.hypers
    known = all(part.prior.proper for part in posterior.layout.parts)
    if not (known and all(hyper.prior.proper for hyper in hypers)):
        return np.nan, mean
    point = {hyper.name: hyper.prior.ppf(_spread(place)) for place, hyper in enumerate(hypers)}
    h = np.asarray(posterior.scatter.variance(point) + np.zeros(effects.k))
    bonds = Bonds(errors, posterior.bonds.ties.sized(np.sqrt(effects.v)))
    centre, variance = np.zeros(1), bonds.quadratic(a, h, point=point)
    for part in posterior.layout.parts:
        centre = centre + np.sum(a * part.known)
        middle, width = _quartiles(part)
        loads = a @ part.curve.columns(part.matrix, point)
        scale = point[part.scales[0].name] if part.scales else 1.0
        centre = centre + loads.sum(axis=-1) * middle
        variance = variance + np.sum(loads**2, axis=-1) * (width * scale) ** 2
    return float(np.mean(2.0 * ndtr(-np.abs(mean - centre) / np.sqrt(variance)))), mean


def silent(posterior: Posterior, effects: Effects) -> tuple[str, ...]:
    """Name the moderators' coefficients that move no estimate by a millionth of its error.

    Under their priors, that is: a column that is the same for all trials is zero once centred.
    Flat priors are not looked at, for there the fit is refused.
    """
    least = _NEGLIGIBLE * float(np.sqrt(effects.v.min()))
    return tuple(
        label
        for part in posterior.layout.parts[1:]
        if part.labels and part.prior.proper
        for label, column in zip(part.labels, part.matrix.T, strict=True)
        if np.abs(column).max() * _quartiles(part)[1] < least
    )


def _spread(place: int) -> Array:
    """Evenly spread probabilities, a different order in each dimension (Kronecker sequence)."""
    golden = np.sqrt([2.0, 3.0, 5.0, 7.0, 11.0, 13.0])[place % 6]
    steps = np.arange(1, _POINTS + 1)
    return (steps - 0.5) / _POINTS if place == 0 else (steps * golden) % 1.0


def _quartiles(part: Block) -> tuple[float, float]:
    """Middle and spread of a coefficient's prior, by its quartiles: exact for normal ones."""
    lower, middle, upper = part.prior.ppf(np.array([0.25, 0.5, 0.75]))
    return float(middle), float((upper - lower) / 1.3489795003921634)
