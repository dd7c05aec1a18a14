"""The answer under other priors of mu from draws: reweighted, and blank where that is not safe."""

import numpy as np

from consilience.engines.nuts.posterior import SampledPosterior
from consilience.engines.smoothing import GOOD, smoothed
from consilience.engines.summary import tails
from consilience.gaussian import Array
from consilience.prior_map.normals import Normals

_AT_ONCE = 50


def reweighted(
    posterior: SampledPosterior, priors: Normals, *, threshold: float, level: float
) -> dict[str, Array]:
    """Answer under each prior with the draws under the one held, weighed by π(μ)/π₀(μ).

    The weights are Pareto-smoothed; where their k exceeds 0.7, because the prior lies where there
    are hardly any draws, the answer is nan.

    Parameters
    ----------
    posterior : SampledPosterior
        The draws.
    priors : Normals
        Other priors of μ, (q,).
    threshold, level : float
        What μ must exceed, and the mass of the equal-tailed intervals.

    Returns
    -------
    dict of str to array (q,)
        ``mean, sd, median, lower, upper, p_gt``, ``log_evidence`` relative to the prior held, and
        ``pareto_k``.

    References
    ----------
    Vehtari et al. (2024), JMLR 25(72), for the weights and the limit of 0.7.
    """
    mu = np.sort(posterior.draws.beta[..., 0].ravel())
    held = posterior.layout.parts[0].prior.logpdf(mu)
    shares = (0.5, *tails(level))
    pieces = []
    for at in np.array_split(np.arange(len(priors)), -(-len(priors) // _AT_ONCE)):
        logs = Normals(priors.location[at], priors.scale[at]).log_density(mu[None, :]) - held
        smooth, k = smoothed(logs)
        weights = np.exp(smooth - smooth.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        peak = logs.max(axis=1)
        evidence = peak + np.log(np.mean(np.exp(logs - peak[:, None]), axis=1))
        pieces.append(
            [*_moments(mu, weights, threshold), *_quantiles(mu, weights, shares), evidence, k]
        )
    found = np.concatenate([np.array(piece, dtype=float) for piece in pieces], axis=1)
    names = ("mean", "sd", "p_gt", "median", "lower", "upper", "log_evidence")
    blank = np.where(found[-1] <= GOOD, found[:-1], np.nan)
    return {**dict(zip(names, blank, strict=True)), "pareto_k": found[-1]}


def pareto_k(logs: Array) -> Array:
    """Give the Pareto k of log weights (q, draws)."""
    return smoothed(logs)[1]


def _moments(mu: Array, weights: Array, threshold: float) -> tuple[Array, Array, Array]:
    mean = weights @ mu
    sd = np.sqrt(np.sum(weights * (mu - mean[:, None]) ** 2, axis=1))
    return mean, sd, weights @ (mu > threshold)


def _quantiles(mu: Array, weights: Array, shares: tuple[float, ...]) -> Array:
    """Quantiles (shares, q) of draws in increasing order."""
    reached = np.cumsum(weights, axis=1) - 0.5 * weights
    return np.array([[np.interp(share, row, mu) for row in reached] for share in shares])
